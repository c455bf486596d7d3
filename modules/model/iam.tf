locals {
  bucket_arn = "arn:${local.partition}:s3:::${var.storage.bucket}"
  # s3://bucket/key of somebody else's making → its ARN.
  given_arns = [
    for container in var.containers : "arn:${local.partition}:s3:::${trimprefix(container.model_data_url, "s3://")}" if container.model_data_url != null
  ]
  # 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/image:tag → that repository's ARN.
  image_parts = [
    for container in var.containers : regex("^(?P<account>[0-9]+)\\.dkr\\.ecr\\.(?P<region>[^.]+)\\.[^/]+/(?P<repository>[^:@]+)", container.image)
  ]
  repository_arns = sort(distinct([
    for image in local.image_parts : "arn:${local.partition}:ecr:${image.region}:${image.account}:repository/${image.repository}"
  ]))
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "SageMakerOfThisAccount"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "ReadModels"
    actions   = ["s3:GetObject"]
    resources = sort(distinct(concat(["${local.bucket_arn}/${var.storage.prefix}/*"], local.given_arns)))
  }

  statement {
    sid       = "ListModels"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.storage.prefix}/*"]
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

  dynamic "statement" {
    for_each = var.storage.kms_key_arn == null ? [] : [var.storage.kms_key_arn]

    content {
      sid       = "UseBucketKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }

  statement {
    sid = "WriteLogs"
    actions = [
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
    ]
    resources = [
      "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/sagemaker/*",
    ]
  }

  # PutMetricData has no resource: the namespaces that SageMaker writes to bound it.
  statement {
    sid       = "WriteMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringLike"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/*", "aws/sagemaker/*"]
    }
  }

  # A deployment that rolls back on alarms reads them with this role.
  statement {
    sid       = "ReadRollbackAlarms"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*"]
  }

  statement {
    sid = "PullImages"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
    ]
    resources = local.repository_arns
  }

  # GetAuthorizationToken has no resource.
  statement {
    sid       = "LogInToImageRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "this" {
  name                 = local.role_name
  description          = "Serves the model ${var.name}: reads its archives, writes captured data, logs and metrics."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "serve"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}
