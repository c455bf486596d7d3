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

resource "aws_iam_role" "pipeline" {
  name                 = local.pipeline_role
  description          = "Orchestrates the pipeline ${local.pipeline_name}: starts jobs, reads their reports, registers models."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "orchestrate"
  role   = aws_iam_role.pipeline.name
  policy = data.aws_iam_policy_document.pipeline.json
}

resource "aws_iam_role" "job" {
  name                 = local.job_role
  description          = "Runs the jobs of the pipeline ${local.pipeline_name}: reads code and data, writes results, logs and metrics."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "job" {
  name   = "run-jobs"
  role   = aws_iam_role.job.name
  policy = data.aws_iam_policy_document.job.json
}
