# Every validation and precondition of the module refuses something. One run refuses as many variables as it can, for
# each run costs a start of the provider; a variable with several rules has a value for each of them.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name             = "nightly"
  model            = { name = "churn", role_name = "churn-model" }
  request_template = "tests/fixtures/request.json.tftpl"
  storage          = { bucket = "team-ml" }
}

run "variables" {
  command = plan

  variables {
    name                     = "-nightly"
    model                    = { name = "my model", role_name = "churn-model" }
    options                  = { instance_type = "m5.large" }
    permissions_boundary_arn = "bounds"
    request_template         = "tests/fixtures/absent.json.tftpl"
    sample_file              = "tests/fixtures/absent.csv"
    schedule                 = { expression = "every day" }
    storage                  = { bucket = "s3://team-ml" }
  }

  expect_failures = [
    var.name, var.model, var.options, var.permissions_boundary_arn, var.request_template, var.sample_file, var.schedule,
    var.storage,
  ]
}

run "role_arn_strategy_and_prefix" {
  command = plan

  variables {
    model   = { name = "churn", role_name = "arn:aws:iam::123456789012:role/churn" }
    options = { strategy = "Many" }
    storage = { bucket = "team-ml", input_prefix = "/in/" }
  }

  expect_failures = [var.model, var.options, var.storage]
}

run "payload_and_output_inside_input" {
  command = plan

  variables {
    options = { max_payload_mb = 0 }
    storage = { bucket = "team-ml", input_prefix = "data", output_prefix = "data/out" }
  }

  expect_failures = [var.options, var.storage]
}

run "concurrency_and_key_alias" {
  command = plan

  variables {
    options = { max_concurrent_transforms = 1.5 }
    storage = { bucket = "team-ml", kms_key_arn = "alias/mine" }
  }

  expect_failures = [var.options, var.storage]
}

run "too_much_at_once" {
  command = plan

  variables {
    options = { max_payload_mb = 60, max_concurrent_transforms = 2 }
  }

  expect_failures = [var.options]
}

run "filter_without_root" {
  command = plan

  variables {
    options = { input_filter = "[1:]" }
  }

  expect_failures = [var.options]
}

run "capture_prefix_with_slash" {
  command = plan

  variables {
    options = { capture = { prefix = "/captured/" } }
  }

  expect_failures = [var.options]
}

run "no_request" {
  command = plan

  variables {
    request_template = "tests/fixtures/no_request.json.tftpl"
  }

  expect_failures = [aws_s3_object.request]
}
