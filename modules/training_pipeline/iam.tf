module "job_role" {
  source = "../job_role"

  name                     = local.job_role
  description              = "Runs the jobs of the pipeline ${local.pipeline_name}: reads code and data, writes results, logs and metrics."
  images                   = values(var.images)
  log_streams              = local.log_streams
  permissions_boundary_arn = var.permissions_boundary_arn
  storage                  = var.storage
  tags                     = var.tags
}

data "aws_iam_policy_document" "pipeline_trust" {
  statement {
    sid     = "ExecutionsOfThisPipeline"
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

    # https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html#security-confused-deputy-pipelines
    # SageMaker writes names in ARNs in lower case; the page does not say whether it does so here.
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [for name in distinct([local.pipeline_name, lower(local.pipeline_name)]) : "${local.sagemaker_arn}:pipeline/${name}/*"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  name                 = local.pipeline_role
  description          = "Orchestrates the pipeline ${local.pipeline_name}: starts jobs, reads their reports, registers models."
  assume_role_policy   = data.aws_iam_policy_document.pipeline_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "orchestrate"
  role   = aws_iam_role.pipeline.name
  policy = data.aws_iam_policy_document.pipeline.json
}

moved {
  from = aws_iam_role.job
  to   = module.job_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.job
  to   = module.job_role.aws_iam_role_policy.this
}
