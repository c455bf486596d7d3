data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# The time at which the endpoint was created: a later plan keeps it, and an endpoint created anew gets a new one.
resource "terraform_data" "created" {
  input            = timestamp()
  triggers_replace = var.endpoint_arn

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute `id` names the region in every major version of the provider; `name` is deprecated since version 6.
  region = data.aws_region.current.id

  ends_at = timeadd(terraform_data.created.output, "${var.hours}h")
}

# Scheduler calls the API itself (a universal target): no function stands in between.
resource "aws_scheduler_schedule" "this" {
  name                = "${var.endpoint_name}-ends"
  description         = "Deletes the endpoint ${var.endpoint_name} ${var.hours} hours after its creation, for endpoints bill by the hour."
  schedule_expression = "at(${formatdate("YYYY-MM-DD'T'hh:mm:ss", local.ends_at)})"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
    role_arn = aws_iam_role.this.arn
    input    = jsonencode({ EndpointName = var.endpoint_name })

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 60
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
