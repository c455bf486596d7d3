locals {
  bucket_arn = "arn:${local.partition}:s3:::${var.storage.bucket}"
}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "ReadModels"
    actions   = ["s3:GetObject"]
    resources = concat(["${local.bucket_arn}/${var.storage.prefix}/*"], [for key in compact([local.front_key]) : "${local.bucket_arn}/${var.storage.prefix}-front/*"])
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
}

module "job_role" {
  source = "../job_role"

  name                     = coalesce(var.role_name, var.name)
  description              = "Serves the models of the endpoint ${var.name}: reads their archives, writes logs and metrics."
  images                   = compact([var.image, try(var.front.image, null)])
  log_streams              = { "/aws/sagemaker/Endpoints/${var.name}" = [""] }
  own_statements           = data.aws_iam_policy_document.own.json
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_name              = "serve"
  storage                  = { bucket = var.storage.bucket, kms_key_arn = var.storage.kms_key_arn, encrypts = false }
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
