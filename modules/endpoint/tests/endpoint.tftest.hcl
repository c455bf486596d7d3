# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {}

variables {
  name       = "churn"
  model_name = "churn-model"
}

run "smallest" {
  command = plan

  assert {
    condition     = aws_sagemaker_endpoint_configuration.this.production_variants[0].instance_type == "ml.t2.medium" && length(aws_sagemaker_endpoint_configuration.this.data_capture_config) == 0 && length(aws_appautoscaling_target.this) == 0
    error_message = "By default one instance of the smallest type, and nothing more."
  }

  assert {
    condition     = aws_sagemaker_endpoint.this.deployment_config[0].blue_green_update_policy[0].traffic_routing_configuration[0].type == "ALL_AT_ONCE"
    error_message = "One instance has no share to give to a canary."
  }
}

run "whole" {
  command = plan

  variables {
    autoscaling = { max_instances = 4 }
    capture     = { uri = "s3://team-ml/capture", percent = 20 }
    deployment  = { rollback_alarm_names = ["churn-errors"], step_percent = 10 }
    instances   = { type = "ml.c5.large", count = 2 }
  }

  assert {
    condition     = aws_sagemaker_endpoint.this.deployment_config[0].blue_green_update_policy[0].traffic_routing_configuration[0].canary_size[0].value == 10 && tolist(aws_sagemaker_endpoint.this.deployment_config[0].auto_rollback_configuration[0].alarms)[0].alarm_name == "churn-errors"
    error_message = "Two instances take a canary, and an alarm rolls it back."
  }

  assert {
    condition     = aws_appautoscaling_target.this[0].resource_id == "endpoint/churn/variant/AllTraffic" && aws_appautoscaling_target.this[0].max_capacity == 4
    error_message = "The variant scales."
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.this.data_capture_config[0].initial_sampling_percentage == 20
    error_message = "Capture takes its percent."
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.this.name != run.smallest.endpoint_config_name
    error_message = "Another content, another name: ${aws_sagemaker_endpoint_configuration.this.name}."
  }
}

run "linear" {
  command = plan

  variables {
    deployment = { routing = "LINEAR", step_percent = 30, wait_seconds = 900, termination_wait_seconds = 60 }
    instances  = { count = 4 }
  }

  assert {
    condition     = aws_sagemaker_endpoint.this.deployment_config[0].blue_green_update_policy[0].traffic_routing_configuration[0].linear_step_size[0].value == 30
    error_message = "Traffic moves in steps of 30 %."
  }

  assert {
    condition     = aws_sagemaker_endpoint.this.deployment_config[0].blue_green_update_policy[0].maximum_execution_timeout_in_seconds == 4 * 900 + 60 + 600
    error_message = "Nobody gave a time-out: it outlasts the waits of four steps."
  }
}

run "serverless" {
  command = plan

  variables {
    serverless = {}
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.this.production_variants[0].serverless_config[0].memory_size_in_mb == 2048 && aws_sagemaker_endpoint_configuration.this.production_variants[0].instance_type == null && length(aws_sagemaker_endpoint.this.deployment_config) == 0
    error_message = "A serverless variant has no instances, and nothing to shift traffic between."
  }
}

run "first_rule_of_each" {
  command = plan

  variables {
    capture      = { uri = "team-ml/capture" }
    deployment   = { routing = "ROLLING" }
    kms_key_arn  = "alias/mine"
    model_name   = "churn_model"
    name         = "churn_"
    variant_name = "-"
  }

  expect_failures = [
    var.capture, var.deployment, var.kms_key_arn, var.model_name, var.name, var.variant_name,
  ]
}

run "second_rule_of_each" {
  command = plan

  variables {
    capture    = { uri = "s3://team-ml/capture", percent = 0 }
    deployment = { routing = "LINEAR", step_percent = 5 }
  }

  expect_failures = [var.capture, var.deployment]
}

# A variable is only checked where those that its rules compare it with are right.
run "type_without_ml" {
  command = plan

  variables {
    instances = { type = "t2.medium" }
  }

  expect_failures = [var.instances]
}

run "no_instances" {
  command = plan

  variables {
    instances = { count = 0 }
  }

  expect_failures = [var.instances]
}

run "fewer_at_most_than_at_least" {
  command = plan

  variables {
    autoscaling = { min_instances = 3, max_instances = 2 }
  }

  expect_failures = [var.autoscaling]
}

run "memory_that_there_is_not" {
  command = plan

  variables {
    serverless = { memory_mb = 1000 }
  }

  expect_failures = [var.serverless]
}

run "burstable_instances_do_not_scale" {
  command = plan

  variables {
    autoscaling = { max_instances = 2 }
    instances   = { type = "ml.t2.medium" }
  }

  expect_failures = [var.autoscaling]
}

run "more_instances_than_scaling_allows" {
  command = plan

  variables {
    autoscaling = { max_instances = 2 }
    instances   = { type = "ml.c5.large", count = 5 }
  }

  expect_failures = [var.autoscaling]
}

run "ten_steps_that_outlast_the_time_out" {
  command = plan

  variables {
    deployment = { routing = "LINEAR", step_percent = 10, wait_seconds = 180, timeout_seconds = 1800 }
  }

  expect_failures = [var.deployment]
}

run "ten_steps_that_outlast_any_time_out" {
  command = plan

  variables {
    deployment = { routing = "LINEAR", step_percent = 10, wait_seconds = 3600 }
  }

  expect_failures = [var.deployment]
}

run "two_steps_of_a_canary_that_outlast_the_time_out" {
  command = plan

  variables {
    deployment = { wait_seconds = 900, timeout_seconds = 1800 }
    instances  = { count = 2 }
  }

  expect_failures = [var.deployment]
}

run "time_out_that_there_is_not" {
  command = plan

  variables {
    deployment = { timeout_seconds = 500 }
  }

  expect_failures = [var.deployment]
}

run "serverless_cannot_capture" {
  command = plan

  variables {
    capture    = { uri = "s3://team-ml/capture" }
    deployment = { wait_seconds = 900, termination_wait_seconds = 900, timeout_seconds = 1800 }
    serverless = {}
  }

  expect_failures = [var.serverless, var.deployment]
}

run "serverless_cannot_scale_or_encrypt" {
  command = plan

  variables {
    autoscaling = { max_instances = 2 }
    deployment  = { rollback_alarm_names = [for number in range(11) : "alarm-${number}"] }
    instances   = { type = "ml.c5.large" }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234"
    serverless  = {}
  }

  expect_failures = [var.serverless, var.deployment]
}

run "in_service" {
  variables {
    capture = { uri = "s3://team-ml/capture" }
    name    = "in-service"
  }

  assert {
    condition     = length(local.not_in_service) == 0 && aws_sagemaker_endpoint.this.endpoint_config_name == local.config_name
    error_message = "What was created serves: ${jsonencode(local.not_in_service)}."
  }
}

run "other_settings_do_not_touch_what_serves_and_are_said" {
  command = plan

  variables {
    capture   = { uri = "s3://team-ml/capture", percent = 10 }
    instances = { count = 2 }
    name      = "in-service"
  }

  assert {
    condition     = local.not_in_service == ["capture", "instances"] && aws_sagemaker_endpoint_configuration.this.name == run.in_service.endpoint_config_name
    error_message = "The configuration in service stays: ${aws_sagemaker_endpoint_configuration.this.name}, ${jsonencode(local.not_in_service)}."
  }

  expect_failures = [check.settings_in_service]
}

run "another_model_is_said" {
  command = plan

  variables {
    capture    = { uri = "s3://team-ml/capture" }
    model_name = "churn-next"
    name       = "in-service"
  }

  expect_failures = [check.settings_in_service]
}
