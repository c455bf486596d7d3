"""A student's pipeline and registry on the local stack, complete or nearly so."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RENDERED = Path(__file__).resolve().parents[2] / "rendered" / "pipeline" / "training.json.tftpl"
_NUMBERS = itertools.count(1)


@pytest.fixture
def student(stack: dict[str, str]) -> str:
    """A student id that no other test uses."""
    return f"graded{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def rendered() -> dict[str, Any]:
    """The product's own definition, its tokens filled with values that suit the local stack."""
    values = {
        "bucket": "sagemaker-nobody",
        "job_role_arn": "arn:aws:iam::123456789012:role/grading",
        "sklearn_image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2",
        "xgboost_image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    }
    text = RENDERED.read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(\w+)\}", lambda token: values.get(token[1], f"s3://sagemaker-nobody/{token[1]}"), text)
    return dict(json.loads(filled))


@pytest.fixture
def definition(rendered: dict[str, Any]) -> dict[str, Any]:
    """A copy of it that a test may spoil."""
    return copy.deepcopy(rendered)


@pytest.fixture
def publish(sagemaker: Any, student: str, role_arn: str) -> Callable[[dict[str, Any]], None]:
    """Creates or updates the student's pipeline."""

    def publish(document: dict[str, Any]) -> None:
        request = {
            "PipelineName": f"MLPipeline-{student}",
            "PipelineDefinition": json.dumps(document),
            "RoleArn": role_arn,
        }
        names = [each["PipelineName"] for each in sagemaker.list_pipelines()["PipelineSummaries"]]
        if request["PipelineName"] in names:
            sagemaker.update_pipeline(**request)
        else:
            sagemaker.create_pipeline(**request, ClientRequestToken=f"{student:x<32}")

    return publish
