# Every validation of the module refuses something. One run refuses as many variables as it can, for each run costs a
# start of the provider; a variable with several rules has a value for each of them.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  bucket_name    = "team-ml"
  code_directory = "tests/fixtures/code"
  schema_file    = "tests/fixtures/data/schema.json"
}

run "first_rule_of_each" {
  command = plan

  variables {
    bucket_name    = "Team.ML"
    code_directory = "tests/fixtures/absent"
    schema_file    = "tests/fixtures/absent.json"
    kms_key_arn    = "alias/mine"
    prefixes       = { code = "/scripts/" }
    retention      = { noncurrent_version_days = 0 }
  }

  expect_failures = [var.bucket_name, var.code_directory, var.schema_file, var.kms_key_arn, var.prefixes, var.retention]
}

run "second_rule_of_each" {
  command = plan

  variables {
    bucket_name = "team-s3alias"
    schema_file = "tests/fixtures/data/no_file.json"
    retention   = { prefix_days = { "pipeline/train" = 90 } }
  }

  expect_failures = [var.bucket_name, var.schema_file, var.retention]
}

run "third_rule_of_each" {
  command = plan

  variables {
    schema_file = "tests/fixtures/data/no_csv.json"
    retention   = { prefix_days = { "pipeline/train/" = 1.5 } }
  }

  expect_failures = [var.schema_file, var.retention]
}
