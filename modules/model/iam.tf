locals {
  # Which endpoints and jobs use the model, and which alarms watch them, is decided where they are made: unless used_by
  # says it, any of the account may.
  alarm_names       = var.used_by.rollback_alarm_names == null ? ["*"] : sort(var.used_by.rollback_alarm_names)
  endpoint_names    = var.used_by.endpoint_names == null ? ["*"] : sort(var.used_by.endpoint_names)
  transform_streams = var.used_by.transform_job_names == null ? [""] : [for name in sort(var.used_by.transform_job_names) : "${name}/"]
  log_streams = { for group, streams in merge(
    { for name in local.endpoint_names : "/aws/sagemaker/Endpoints/${name}" => [""] },
    { "/aws/sagemaker/TransformJobs" = local.transform_streams },
  ) : group => streams if length(streams) > 0 }

  read_prefixes = sort(concat([var.storage.prefix], tolist(var.storage.read_prefixes)))
  bucket_arn    = "arn:${local.partition}:s3:::${var.storage.bucket}"
  # s3://bucket/key of somebody else's making → its ARN.
  given_arns = [
    for container in var.containers : "arn:${local.partition}:s3:::${trimprefix(container.model_data_url, "s3://")}" if container.model_data_url != null
  ]
}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "ReadModels"
    actions   = ["s3:GetObject"]
    resources = sort(distinct(concat([for prefix in local.read_prefixes : "${local.bucket_arn}/${prefix}/*"], local.given_arns)))
  }

  statement {
    sid       = "ListModels"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [for prefix in local.read_prefixes : "${prefix}/*"]
    }
  }

  dynamic "statement" {
    for_each = length(var.storage.write_prefixes) > 0 ? ["write"] : []

    content {
      sid       = "WriteCapturedData"
      actions   = ["s3:PutObject"]
      resources = [for prefix in sort(var.storage.write_prefixes) : "${local.bucket_arn}/${prefix}/*"]
    }
  }

  # A deployment that rolls back on alarms reads them with this role. Composite alarms can only be read with the resource
  # alarm:*: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  dynamic "statement" {
    for_each = length(local.alarm_names) > 0 ? ["alarms"] : []

    content {
      sid       = "ReadRollbackAlarms"
      actions   = ["cloudwatch:DescribeAlarms"]
      resources = [for name in local.alarm_names : "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${name}"]
    }
  }
}

module "job_role" {
  source = "../job_role"

  name                     = local.role_name
  description              = "Serves the model ${var.name}: reads its archives, writes captured data, logs and metrics."
  images                   = var.containers[*].image
  log_streams              = local.log_streams
  own_statements           = data.aws_iam_policy_document.own.json
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_name              = "serve"
  storage                  = { bucket = var.storage.bucket, kms_key_arn = var.storage.kms_key_arn }
  tags                     = var.tags
}

moved {
  from = aws_iam_role.this
  to   = module.job_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.job_role.aws_iam_role_policy.this
}
