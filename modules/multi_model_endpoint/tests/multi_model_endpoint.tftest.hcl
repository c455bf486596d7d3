# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name    = "many"
  image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/xgboost:1.7-1"
  models  = { "a.tar.gz" = "tests/fixtures/model.tar.gz", "eu/b.tar.gz" = "tests/fixtures/model.tar.gz" }
  storage = { bucket = "team-ml", prefix = "models/many" }
}

run "models_alone" {
  command = plan

  assert {
    condition     = aws_sagemaker_model.this.container[0].mode == "MultiModel" && aws_sagemaker_model.this.container[0].model_data_url == "s3://team-ml/models/many/" && output.models_uri == "s3://team-ml/models/many/"
    error_message = "The container chooses among what lies under the prefix."
  }

  assert {
    condition     = aws_s3_object.model["eu/b.tar.gz"].key == "models/many/eu/b.tar.gz"
    error_message = "A target's name is the key under the prefix."
  }

  assert {
    condition     = aws_sagemaker_model.this.container[0].multi_model_config[0].model_cache_setting == "Enabled"
    error_message = "Models stay in memory."
  }
}

run "behind_a_front_container" {
  command = plan

  variables {
    front       = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/encoder:1", archive = "tests/fixtures/model.tar.gz" }
    model_cache = false
  }

  assert {
    condition     = aws_sagemaker_model.this.container[0].mode != "MultiModel" && aws_sagemaker_model.this.container[1].mode == "MultiModel"
    error_message = "The front container comes first, and only the second chooses."
  }

  assert {
    condition     = !startswith(aws_s3_object.front[0].key, "models/many/")
    error_message = "The front container's archive is no target: ${aws_s3_object.front[0].key}."
  }

  assert {
    condition     = aws_sagemaker_model.this.container[1].multi_model_config[0].model_cache_setting == "Disabled"
    error_message = "model_cache reaches the container."
  }
}

run "first_rule_of_each" {
  command = plan

  variables {
    front                    = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/encoder:1", archive = "absent" }
    image                    = "team/xgboost"
    instances                = { type = "large" }
    models                   = { "a" = "tests/fixtures/model.tar.gz" }
    name                     = "many_"
    permissions_boundary_arn = "boundary"
    role_name                = "a b"
    storage                  = { bucket = "Team", prefix = "models/many" }
    variant_name             = ""
  }

  expect_failures = [
    var.front, var.image, var.instances, var.models, var.name, var.permissions_boundary_arn, var.role_name,
    var.storage, var.variant_name,
  ]
}

run "second_rule_of_each" {
  command = plan

  variables {
    front     = { image = "team/encoder", archive = "tests/fixtures/model.tar.gz" }
    instances = { count = 0 }
    models    = { "a.tar.gz" = "absent.tar.gz" }
    storage   = { bucket = "team-ml", prefix = "models/many/" }
  }

  expect_failures = [var.front, var.instances, var.models, var.storage]
}

run "alias_is_no_key" {
  command = plan

  variables {
    storage = { bucket = "team-ml", prefix = "models/many", kms_key_arn = "alias/mine" }
  }

  expect_failures = [var.storage]
}

run "in_service" {
  assert {
    condition     = length(local.not_in_service) == 0 && aws_sagemaker_endpoint.this.endpoint_config_name == local.config_name
    error_message = "What was created serves: ${jsonencode(local.not_in_service)}."
  }
}

run "other_instances_do_not_touch_what_serves_and_are_said" {
  command = plan

  variables {
    instances = { count = 2 }
  }

  assert {
    condition     = local.not_in_service == ["instances"] && aws_sagemaker_endpoint_configuration.this.name != local.config_name
    error_message = "The configuration in service stays: ${jsonencode(local.not_in_service)}."
  }

  expect_failures = [check.settings_in_service]
}
