locals {
  bucket_arn = "arn:${local.partition}:s3:::${var.storage.bucket}"
  written    = concat([local.output_prefix], local.capture == null ? [] : [local.capture.prefix])
}

# A transform job has no role of its own: it reads and writes with its model's.
data "aws_iam_policy_document" "data" {
  statement {
    sid       = "ListBatchInput"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [local.input_prefix, "${local.input_prefix}/*"]
    }
  }

  statement {
    sid       = "ReadBatchInput"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arn}/${local.input_prefix}/*"]
  }

  statement {
    sid       = "WriteBatchOutput"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = [for prefix in local.written : "${local.bucket_arn}/${prefix}/*"]
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
}

resource "aws_iam_role_policy" "data" {
  name   = "${var.name}-data"
  role   = var.model.role_name
  policy = data.aws_iam_policy_document.data.json
}
