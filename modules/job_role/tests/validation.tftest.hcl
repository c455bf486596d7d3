# What each variable refuses. The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name        = "churn-job"
  description = "Runs churn's jobs."
  log_streams = { "/aws/sagemaker/ProcessingJobs" = ["churn-"] }
  storage     = { bucket = "team-ml" }
}

run "first_rule_of_each" {
  command = plan

  variables {
    description              = ""
    images                   = ["team/xgboost"]
    log_streams              = { ProcessingJobs = ["churn-"] }
    name                     = "churn_job"
    own_statements           = "ReadModels"
    permissions_boundary_arn = "boundary"
    policy_name              = "run jobs"
    storage                  = { bucket = "s3://team-ml" }
  }

  expect_failures = [
    var.description, var.images, var.log_streams, var.name, var.own_statements, var.permissions_boundary_arn, var.policy_name, var.storage,
  ]
}

run "prefix_with_wildcard" {
  command = plan

  variables {
    storage = { bucket = "team-ml", write_prefixes = ["out/*"] }
  }

  expect_failures = [var.storage]
}

run "alias_is_no_key" {
  command = plan

  variables {
    storage = { bucket = "team-ml", kms_key_arn = "alias/mine" }
  }

  expect_failures = [var.storage]
}
