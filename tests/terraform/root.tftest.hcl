# The root's own rules. The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "tests/terraform/mocks"
}

variables {
  student_id = "jane-doe7"
}

run "longest_student_id" {
  command = plan

  variables {
    bucket_name       = "jane-was-here-first"
    student_id        = "a2345678901234567890"
    use_spot_training = true
  }

  assert {
    condition     = strcontains(module.training_pipeline.definition, "EnableManagedSpotTraining")
    error_message = "use_spot_training chooses the definition that trains on spot capacity."
  }

  assert {
    condition     = strcontains(module.training_pipeline.definition, "${local.rendered_images.regions["eu-west-1"].xgboost}.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:")
    error_message = "Images come from the region's own registry."
  }

  assert {
    condition     = join(" ", local.tuning_job_names) == "t-a2345678901234567890-????????"
    error_message = "Names of tuning jobs that fit 32 characters: ${join(" ", local.tuning_job_names)}"
  }

  assert {
    condition     = output.multi_model_endpoint_name == "multi-model-endpoint-a2345678901234567890"
    error_message = "Endpoint names are made of the longest student id."
  }

  assert {
    condition     = output.bucket == "jane-was-here-first" && output.definition_uri == "s3://jane-was-here-first/definitions/MLPipeline-a2345678901234567890.json"
    error_message = "bucket is ${output.bucket}, definition_uri ${output.definition_uri}."
  }
}

# One run rejects as many variables as it can, for each run validates the whole root.
run "first_rule_of_each" {
  command = plan

  variables {
    bootstrap_models_directory = "data/adult"
    bucket_name                = "Jane.Doe"
    endpoint                   = { capture_percent = 101 }
    endpoint_hours             = 0
    kms_key_arn                = "alias/mine"
    region                     = "Ireland"
    retention_days             = { unfinished_uploads = 0 }
    schema_file                = "data/absent.json"
    student_id                 = "ab"
    tuning                     = { in_pipeline = true }
    use_spot_training          = true
  }

  expect_failures = [
    var.bootstrap_models_directory, var.bucket_name, var.endpoint, var.endpoint_hours, var.kms_key_arn, var.region,
    var.retention_days, var.schema_file, var.student_id, var.tuning,
  ]
}

run "second_rule_of_each" {
  command = plan

  variables {
    endpoint       = { serverless = {}, capture_percent = 50 }
    retention_days = { splits = 30 }
    schema_file    = "modules/storage/tests/fixtures/data/no_file.json"
    student_id     = "Jane"
  }

  expect_failures = [var.endpoint, var.retention_days, var.schema_file, var.student_id]
}

run "third_rule_of_each" {
  command = plan

  variables {
    endpoint    = { existing_name = "my_endpoint" }
    schema_file = "modules/storage/tests/fixtures/data/no_csv.json"
    student_id  = "jane--doe"
  }

  expect_failures = [var.endpoint, var.schema_file, var.student_id]
}

run "student_id_too_long" {
  command = plan

  variables {
    student_id = "a23456789012345678901"
  }

  expect_failures = [var.student_id]
}

run "student_id_that_ends_in_a_hyphen" {
  command = plan

  variables {
    student_id = "jane-"
  }

  expect_failures = [var.student_id]
}

run "region_without_images" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "mars-north-1" }
  }

  expect_failures = [data.aws_region.current]
}

run "endpoints_by_default" {
  command = plan

  assert {
    condition     = output.endpoint_name == "xgboost-endpoint-jane-doe7" && output.multi_model_endpoint_name == "multi-model-endpoint-jane-doe7" && output.model_name == "xgboost-model-jane-doe7"
    error_message = "One apply gives a model and both endpoints."
  }

  assert {
    condition     = length(module.endpoint_lifetime) == 1 && length(module.multi_model_endpoint_lifetime) == 1
    error_message = "Endpoints end by themselves unless told otherwise."
  }
}

run "endpoint_of_ones_own" {
  command = plan

  variables {
    endpoint             = { existing_name = "my-endpoint", existing_variant_name = "blue" }
    endpoint_hours       = null
    multi_model_endpoint = { create = false }
  }

  assert {
    condition     = length(module.endpoint) == 0 && length(module.multi_model_endpoint) == 0 && length(module.endpoint_lifetime) == 0 && output.endpoint_name == "my-endpoint"
    error_message = "Nothing is made that bills by the hour."
  }

  assert {
    condition     = contains(module.endpoint_alarms["my-endpoint"].alarm_names, "my-endpoint-errors-5xx")
    error_message = "The endpoint that is there is watched."
  }
}

# Asked for serverless, an endpoint that is there goes on with its instances: its end must stay.
run "serverless_ends_by_itself_too" {
  command = plan

  variables {
    endpoint = { serverless = {} }
  }

  assert {
    condition     = length(module.endpoint_lifetime) == 1 && length(module.multi_model_endpoint_lifetime) == 1
    error_message = "Every endpoint that the root makes ends by itself."
  }

  assert {
    condition     = local.capture_percent == 0
    error_message = "A serverless endpoint captures nothing."
  }
}

run "serverless_that_stays" {
  command = plan

  variables {
    endpoint       = { serverless = {}, capture_percent = 0 }
    endpoint_hours = null
  }

  assert {
    condition     = length(module.endpoint) == 1 && length(module.endpoint_lifetime) == 0
    error_message = "Without endpoint_hours it stays."
  }
}

run "model_of_another_data_set" {
  command = plan

  variables {
    schema_file = "examples/datasets/german_credit/schema.json"
  }

  expect_failures = [check.bootstrap_models_fit]
}
