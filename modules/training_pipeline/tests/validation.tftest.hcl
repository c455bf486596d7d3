# Every validation and precondition of the module refuses something. One run refuses as many variables as it can, for
# each run costs a start of the provider; a variable with several rules has a value for each of them.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name    = "churn"
  images  = { team_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/xgboost:1.7-1" }
  storage = { bucket = "team-ml", read_prefixes = ["in"], write_prefixes = ["out"] }
  definition = {
    template = "tests/fixtures/pipeline.json.tftpl"
    values   = { version = "7" }
  }
}

run "variables" {
  command = plan

  variables {
    definition               = { template = "tests/fixtures/absent.json.tftpl" }
    description              = ""
    images                   = { team_image = "team/xgboost" }
    max_parallel_steps       = 0
    model_package_group_name = "models/mine"
    name                     = "-churn"
    permissions_boundary_arn = "bounds"
    pipeline_name            = "my pipeline"
    storage                  = { bucket = "s3://team-ml", read_prefixes = ["in"], write_prefixes = ["out"] }
  }

  expect_failures = [
    var.definition, var.description, var.images, var.max_parallel_steps, var.model_package_group_name, var.name,
    var.permissions_boundary_arn, var.pipeline_name, var.storage,
  ]
}

run "prefix_with_wildcard" {
  command = plan

  variables {
    storage            = { bucket = "team-ml", read_prefixes = ["in/*"], write_prefixes = ["out"] }
    max_parallel_steps = 1.5
  }

  expect_failures = [var.storage, var.max_parallel_steps]
}

run "nowhere_to_write" {
  command = plan

  variables {
    storage = { bucket = "team-ml", read_prefixes = ["in"], write_prefixes = [] }
  }

  expect_failures = [var.storage]
}

run "key_alias" {
  command = plan

  variables {
    storage = { bucket = "team-ml", read_prefixes = ["in"], write_prefixes = ["out"], kms_key_arn = "alias/mine" }
  }

  expect_failures = [var.storage]
}

run "definition_without_steps" {
  command = plan

  variables {
    definition = { template = "tests/fixtures/no_steps.json.tftpl" }
  }

  expect_failures = [aws_sagemaker_pipeline.this]
}

run "default_of_an_undeclared_parameter" {
  command = plan

  variables {
    definition = {
      template           = "tests/fixtures/pipeline.json.tftpl"
      values             = { version = "7" }
      parameter_defaults = { Treshold = "0.9" }
    }
  }

  expect_failures = [aws_sagemaker_pipeline.this]
}

run "text_for_a_number" {
  command = plan

  variables {
    definition = {
      template           = "tests/fixtures/pipeline.json.tftpl"
      values             = { version = "7" }
      parameter_defaults = { Threshold = "high" }
    }
  }

  expect_failures = [aws_sagemaker_pipeline.this]
}
