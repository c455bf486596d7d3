locals {
  # Scheduler puts the attempt's own id in, so that no two jobs share a name or an output folder. jsonencode writes
  # < and > as escapes, which Scheduler would not recognise.
  # Two hyphens set the name apart from those of jobs of another NAME that begins with this one.
  scheduled_name     = "${var.name}--<aws.scheduler.execution-id>"
  sagemaker_arn      = "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}"
  scheduled_jobs_arn = "${local.sagemaker_arn}:transform-job/${var.name}--*"
  scheduled = merge(local.request, local.job_tags, {
    TransformJobName = local.scheduled_name
    TransformOutput = merge(local.request.TransformOutput, {
      S3OutputPath = "s3://${var.storage.bucket}/${local.output_prefix}/${local.scheduled_name}"
    })
  })
  # What Terraform does not make does not have its provider's default tags by itself.
  all_tags  = merge(concat([for default in data.aws_default_tags.this : default.tags], [var.tags])...)
  job_tags  = { for member, tags in { Tags = [for key, value in local.all_tags : { Key = key, Value = value }] } : member => tags if length(tags) > 0 }
  schedules = var.schedule == null ? {} : { this = var.schedule }
}

data "aws_default_tags" "this" {
  for_each = local.schedules
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                         = var.name
  description                  = "Transforms what lies under ${local.input_prefix}/ with the model ${var.model.name}."
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:sagemaker:createTransformJob"
    role_arn = aws_iam_role.schedule["this"].arn
    input    = replace(replace(jsonencode(local.scheduled), "\\u003c", "<"), "\\u003e", ">")

    # A job that cannot be created (quota, throttling) is tried again for an hour.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }

  # A rate() begins at once.
  depends_on = [aws_iam_role_policy.data, aws_iam_role_policy.schedule, aws_s3_object.sample]
}

data "aws_iam_policy_document" "schedule_trust" {
  statement {
    sid     = "SchedulerOfThisAccount"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    # Scheduler sends the ARN of the schedule's group, never that of the schedule: other schedules of the group are kept
    # from this role by iam:PassRole, which their creator needs.
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/default"]
    }
  }
}

data "aws_iam_policy_document" "schedule" {
  # A transform job works with its model's role: with another model the schedule would read and write what that role may.
  # SageMaker writes names in ARNs in lower case; whether it does so in this key is not documented.
  statement {
    sid       = "StartTransformJobs"
    actions   = ["sagemaker:CreateTransformJob"]
    resources = [local.scheduled_jobs_arn]

    condition {
      test     = "ArnEquals"
      variable = "sagemaker:ModelArn"
      values   = [for name in distinct([var.model.name, lower(var.model.name)]) : "${local.sagemaker_arn}:model/${name}"]
    }
  }

  statement {
    sid       = "TagTransformJobs"
    actions   = ["sagemaker:AddTags"]
    resources = [local.scheduled_jobs_arn]
  }
}

resource "aws_iam_role" "schedule" {
  for_each = local.schedules

  name                 = "${var.name}-schedule"
  description          = "Starts the transform jobs of the schedule ${var.name}."
  assume_role_policy   = data.aws_iam_policy_document.schedule_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "schedule" {
  for_each = local.schedules

  name   = "start-transform-jobs"
  role   = aws_iam_role.schedule[each.key].name
  policy = data.aws_iam_policy_document.schedule.json
}
