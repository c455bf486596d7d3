locals {
  bucket_arn = "arn:${local.partition}:s3:::${var.storage.bucket}"
  # 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/image:tag → that repository's ARN.
  image_parts = [
    for uri in compact([var.image, try(var.front.image, null)]) :
    regex("^(?P<account>[0-9]+)\\.dkr\\.ecr\\.(?P<region>[^.]+)\\.[^/]+/(?P<repository>[^:@]+)", uri)
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
    resources = ["${local.bucket_arn}/${var.storage.prefix}/*", "${local.bucket_arn}/${var.storage.prefix}-front/*"]
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
    for_each = var.storage.kms_key_arn == null ? [] : [var.storage.kms_key_arn]

    content {
      sid       = "UseBucketKey"
      actions   = ["kms:Decrypt"]
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
  name                 = coalesce(var.role_name, var.name)
  description          = "Serves the models of the endpoint ${var.name}: reads their archives, writes logs and metrics."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "serve"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}
