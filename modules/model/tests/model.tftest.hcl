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
  }

  expect_failures = [var.name, var.containers, var.permissions_boundary_arn, var.role_name, var.storage]
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

run "second_rule_of_each" {
  command = plan

  variables {
    containers = [{ image = "team/xgboost" }]
    storage    = { bucket = "team-ml", prefix = "/models/" }
  }

  expect_failures = [var.containers, var.storage]
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
