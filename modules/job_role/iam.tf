locals {
  log_group_arns = { for group in keys(var.log_streams) : group => "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${group}" }
  log_stream_arns = sort(flatten([
    for group, beginnings in var.log_streams : [for beginning in beginnings : "${local.log_group_arns[group]}:log-stream:${beginning}*"]
  ]))

  bucket_arn   = "arn:${local.partition}:s3:::${var.storage.bucket}"
  all_prefixes = sort(setunion(var.storage.read_prefixes, var.storage.write_prefixes))
  # 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/image:tag → that repository's ARN.
  image_parts = [
    for uri in var.images : regex("^(?P<account>[0-9]+)\\.dkr\\.ecr\\.(?P<region>[^.]+)\\.[^/]+/(?P<repository>[^:@]+)", uri)
  ]
  repository_arns = sort(distinct([
    for image in local.image_parts : "arn:${local.partition}:ecr:${image.region}:${image.account}:repository/${image.repository}"
  ]))
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = compact([var.own_statements])

  dynamic "statement" {
    for_each = length(local.all_prefixes) > 0 ? ["list"] : []

    content {
      sid       = "ListInputsAndOutputs"
      actions   = ["s3:ListBucket"]
      resources = [local.bucket_arn]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = flatten([for prefix in local.all_prefixes : [prefix, "${prefix}/*"]])
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.all_prefixes) > 0 ? ["read"] : []

    content {
      sid       = "ReadInputs"
      actions   = ["s3:GetObject"]
      resources = [for prefix in local.all_prefixes : "${local.bucket_arn}/${prefix}/*"]
    }
  }

  dynamic "statement" {
    for_each = length(var.storage.write_prefixes) > 0 ? ["write"] : []

    content {
      sid       = "WriteOutputs"
      actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
      resources = [for prefix in sort(var.storage.write_prefixes) : "${local.bucket_arn}/${prefix}/*"]
    }
  }

  dynamic "statement" {
    for_each = var.storage.kms_key_arn == null ? [] : [var.storage.kms_key_arn]

    content {
      sid       = "UseBucketKey"
      actions   = concat(["kms:Decrypt"], var.storage.encrypts ? ["kms:GenerateDataKey"] : [])
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }

  # A group is shared by all jobs of a kind, and each job has streams of its own, named after it. CloudWatch Logs decides
  # what concerns the group alone by the ARN of a stream without a name.
  statement {
    sid       = "CreateLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"]
    resources = concat(flatten([for arn in values(local.log_group_arns) : [arn, "${arn}:log-stream:"]]), local.log_stream_arns)
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:PutLogEvents"]
    resources = local.log_stream_arns
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

  dynamic "statement" {
    for_each = length(local.repository_arns) > 0 ? ["images"] : []

    content {
      sid = "PullImages"
      actions = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ]
      resources = local.repository_arns
    }
  }

  # GetAuthorizationToken has no resource.
  dynamic "statement" {
    for_each = length(local.repository_arns) > 0 ? ["images"] : []

    content {
      sid       = "LogInToImageRegistry"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"]
    }
  }
}
