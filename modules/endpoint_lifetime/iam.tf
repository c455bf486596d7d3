data "aws_iam_policy_document" "trust" {
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

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "DeleteThisEndpoint"
    actions   = ["sagemaker:DeleteEndpoint"]
    resources = [var.endpoint_arn]
  }
}

resource "aws_iam_role" "this" {
  name                 = coalesce(var.role_name, "${var.endpoint_name}-ends")
  description          = "Deletes the endpoint ${var.endpoint_name} at its time, and can do nothing else."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "delete-endpoint"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}
