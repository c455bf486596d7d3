locals {
  # A canary or a linear step is a share of the instances: with one instance, all traffic moves at once.
  routing  = coalesce(var.deployment.routing, var.instances.count > 1 ? "CANARY" : "ALL_AT_ONCE")
  steps    = { ALL_AT_ONCE = 1, CANARY = 2, LINEAR = ceil(100 / var.deployment.step_percent) }[local.routing]
  waits    = local.steps * var.deployment.wait_seconds + var.deployment.termination_wait_seconds
  rollback = length(var.deployment.rollback_alarm_names) > 0 ? [var.deployment.rollback_alarm_names] : []
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  name        = local.config_name
  kms_key_arn = var.kms_key_arn
  tags        = var.tags

  production_variants {
    variant_name           = var.variant_name
    model_name             = var.model_name
    instance_type          = var.serverless == null ? var.instances.type : null
    initial_instance_count = var.serverless == null ? var.instances.count : null
    initial_variant_weight = 1

    dynamic "serverless_config" {
      for_each = var.serverless == null ? [] : [var.serverless]

      content {
        max_concurrency   = serverless_config.value.max_concurrency
        memory_size_in_mb = serverless_config.value.memory_mb
      }
    }
  }

  dynamic "data_capture_config" {
    for_each = var.capture == null ? [] : [var.capture]

    content {
      enable_capture              = true
      destination_s3_uri          = data_capture_config.value.uri
      initial_sampling_percentage = data_capture_config.value.percent
      kms_key_id                  = data_capture_config.value.kms_key_arn

      capture_options {
        capture_mode = "Input"
      }

      capture_options {
        capture_mode = "Output"
      }

      capture_content_type_header {
        csv_content_types  = ["text/csv"]
        json_content_types = ["application/json", "application/jsonlines"]
      }
    }
  }

  # A configuration cannot be changed, and the one in service must not be deleted: what is not in service is said by
  # the check in in_service.tf.
  lifecycle {
    ignore_changes = [data_capture_config, kms_key_arn, name, production_variants]
  }
}

resource "aws_sagemaker_endpoint" "this" {
  name                 = var.name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name
  tags                 = var.tags

  dynamic "deployment_config" {
    for_each = var.serverless == null ? [var.deployment] : []

    content {
      blue_green_update_policy {
        maximum_execution_timeout_in_seconds = coalesce(deployment_config.value.timeout_seconds, min(28800, max(1800, local.waits + 600)))
        termination_wait_in_seconds          = deployment_config.value.termination_wait_seconds

        traffic_routing_configuration {
          type                     = local.routing
          wait_interval_in_seconds = deployment_config.value.wait_seconds

          dynamic "canary_size" {
            for_each = local.routing == "CANARY" ? [deployment_config.value.step_percent] : []

            content {
              type  = "CAPACITY_PERCENT"
              value = canary_size.value
            }
          }

          dynamic "linear_step_size" {
            for_each = local.routing == "LINEAR" ? [deployment_config.value.step_percent] : []

            content {
              type  = "CAPACITY_PERCENT"
              value = linear_step_size.value
            }
          }
        }
      }

      dynamic "auto_rollback_configuration" {
        for_each = local.rollback

        content {
          dynamic "alarms" {
            for_each = auto_rollback_configuration.value

            content {
              alarm_name = alarms.value
            }
          }
        }
      }
    }
  }

  # Approved models are deployed from outside: what they bring is no change to undo. A configuration that is replaced on
  # demand takes the endpoint along, for the endpoint would go on with one that is gone.
  lifecycle {
    ignore_changes       = [deployment_config, endpoint_config_name]
    replace_triggered_by = [aws_sagemaker_endpoint_configuration.this.arn]
  }
}
