"""Endpoints of other roots, with settings that the local stack stores and does not execute: plans are empty."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
import pytest
import tftest

pytestmark = pytest.mark.full

PROJECT = Path(__file__).resolve().parents[2]
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
BUCKET, ENDPOINT = "other-team", "other-endpoint"
ROOT = (
    """
variable "generation" { default = 1 }
variable "role_arn" {}

resource "aws_sagemaker_model" "this" {
  name               = "other-model"
  execution_role_arn = var.role_arn

  primary_container {
    image          = "IMAGE"
    model_data_url = "s3://BUCKET/models/a.tar.gz"
  }
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  name = "other-${var.generation}"

  production_variants {
    variant_name           = "production"
    model_name             = aws_sagemaker_model.this.name
    instance_type          = "ml.m5.large"
    initial_instance_count = 1
  }

  shadow_production_variants {
    variant_name           = "shadow"
    model_name             = aws_sagemaker_model.this.name
    instance_type          = "ml.m5.large"
    initial_instance_count = 1
    initial_variant_weight = 0.25
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint" "this" {
  name                 = "ENDPOINT"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name

  deployment_config {
    rolling_update_policy {
      wait_interval_in_seconds             = 0
      maximum_execution_timeout_in_seconds = 600

      maximum_batch_size {
        type  = "INSTANCE_COUNT"
        value = 1
      }

      rollback_maximum_batch_size {
        type  = "CAPACITY_PERCENT"
        value = 100
      }
    }
  }
}
""".replace("IMAGE", IMAGE)
    .replace("BUCKET", BUCKET)
    .replace("ENDPOINT", ENDPOINT)
)


def test_shadow_variants_and_rolling_updates_leave_empty_plans(
    sagemaker: Any, role_arn: str, plugins: str | None, tmp_path: Path
) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.upload_file(str(PROJECT / "rendered/bootstrap/xgboost-shallow.tar.gz"), BUCKET, "models/a.tar.gz")
    (tmp_path / "main.tf").write_text(ROOT)
    root = tftest.TerraformTest(str(tmp_path))
    root.env = dict(os.environ) | {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_VAR_role_arn": role_arn}
    root.setup(plugin_dir=plugins)
    for generation in ("1", "2"):  # the second is an update with the rolling policy
        root.apply(tf_vars={"generation": generation})
        described = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
        assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", f"other-{generation}")
        plan = root.execute_command("plan", "-input=false", "-detailed-exitcode", f"-var=generation={generation}")
        assert plan.retcode == 0, plan.out
    root.destroy()
