# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name    = "churn"
  storage = { bucket = "team-ml", prefix = "models/churn" }
  containers = [
    { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/encoder:1", archive = "tests/fixtures/model.tar.gz", environment = { A = "b" } },
    { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/xgboost:1.7-1", model_data_url = "s3://elsewhere/model.tar.gz" },
  ]
}

run "pipeline_of_two" {
  command = plan

  assert {
    condition     = aws_s3_object.archive["0"].key == "models/churn/${substr(filesha256("tests/fixtures/model.tar.gz"), 0, 16)}/model.tar.gz" && length(aws_s3_object.archive) == 1
    error_message = "The local archive, and it alone, is uploaded under its hash."
  }

  assert {
    condition     = aws_sagemaker_model.this.container[1].model_data_url == "s3://elsewhere/model.tar.gz" && aws_sagemaker_model.this.container[0].environment.A == "b"
    error_message = "Containers keep their order, environment and URL."
  }

  assert {
    condition     = aws_sagemaker_model.this.inference_execution_config[0].mode == "Serial"
    error_message = "Several containers are passed one after the other."
  }

  assert {
    condition     = local.given_arns == ["arn:aws:s3:::elsewhere/model.tar.gz"] && output.role_name == "churn"
    error_message = "The role may read what a URL names: ${jsonencode(local.given_arns)}."
  }
}

run "one_container_without_an_archive" {
  command = plan

  variables {
    containers = [{ image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/own:1" }]
    role_name  = "serving"
  }

  assert {
    condition     = length(aws_sagemaker_model.this.inference_execution_config) == 0 && length(aws_s3_object.archive) == 0 && output.role_name == "serving"
    error_message = "An image that holds its model needs no archive."
  }
}

run "first_rule_of_each" {
  command = plan

  variables {
    name                     = "churn_"
    containers               = []
    permissions_boundary_arn = "boundary"
    role_name                = "a b"
    storage                  = { bucket = "s3://team-ml", prefix = "models" }
    used_by                  = { endpoint_names = ["my endpoint"] }
  }

  expect_failures = [var.name, var.containers, var.permissions_boundary_arn, var.role_name, var.storage, var.used_by]
}

run "reads_what_takes_its_place" {
  command = plan

  variables {
    storage = { bucket = "team-ml", prefix = "models", read_prefixes = ["training/models"] }
  }

  assert {
    condition     = local.read_prefixes == tolist(["models", "training/models"])
    error_message = "The role may read both prefixes and no more."
  }
}

run "without_used_by_anything_may_use_it" {
  command = plan

  assert {
    condition = jsonencode(local.log_streams) == jsonencode({
      "/aws/sagemaker/Endpoints/*"   = [""]
      "/aws/sagemaker/TransformJobs" = [""]
    }) && join(" ", local.alarm_names) == "*"
    error_message = "Any endpoint, job and alarm: ${jsonencode(local.log_streams)}, ${join(" ", local.alarm_names)}"
  }
}

run "used_by_bounds_logs_and_alarms" {
  command = plan

  variables {
    used_by = { endpoint_names = ["churn", "churn-canary"], rollback_alarm_names = ["churn-errors"], transform_job_names = ["nightly--*"] }
  }

  assert {
    condition = jsonencode(local.log_streams) == jsonencode({
      "/aws/sagemaker/Endpoints/churn"        = [""]
      "/aws/sagemaker/Endpoints/churn-canary" = [""]
      "/aws/sagemaker/TransformJobs"          = ["nightly--*/"]
    }) && join(" ", local.alarm_names) == "churn-errors"
    error_message = "These endpoints, jobs and alarms: ${jsonencode(local.log_streams)}, ${join(" ", local.alarm_names)}"
  }
}

run "used_by_endpoints_alone_without_alarms" {
  command = plan

  variables {
    used_by = { endpoint_names = ["churn"], rollback_alarm_names = [], transform_job_names = [] }
  }

  assert {
    condition     = jsonencode(local.log_streams) == jsonencode({ "/aws/sagemaker/Endpoints/churn" = [""] }) && length(local.alarm_names) == 0
    error_message = "No jobs and no alarms: ${jsonencode(local.log_streams)}, ${join(" ", local.alarm_names)}"
  }
}

run "second_rule_of_each" {
  command = plan

  variables {
    containers = [{ image = "team/xgboost" }]
    storage    = { bucket = "team-ml", prefix = "/models/" }
    used_by    = { endpoint_names = [], transform_job_names = [] }
  }

  expect_failures = [var.containers, var.storage, var.used_by]
}

run "third_rule_of_each" {
  command = plan

  variables {
    containers = [{ image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/own:1", archive = "absent.tar.gz" }]
    storage    = { bucket = "team-ml", prefix = "models", kms_key_arn = "alias/mine" }
  }

  expect_failures = [var.containers, var.storage]
}

run "url_beside_an_archive" {
  command = plan

  variables {
    containers = [{
      image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/own:1"
      archive        = "tests/fixtures/model.tar.gz"
      model_data_url = "s3://elsewhere/model.tar.gz"
    }]
  }

  expect_failures = [var.containers]
}
