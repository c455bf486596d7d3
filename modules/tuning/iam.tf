locals {
  # Streams begin with the name of a job; trials and the job that prepares their data are named after the tuning job. A
  # policy has no pattern for digits: give job_names where other tuning jobs' names begin with request_name, too.
  log_streams = [for name in length(var.job_names) == 0 ? [var.request_name] : sort(var.job_names) : "${name}-"]
}

module "job_role" {
  source = "../job_role"

  name                     = local.role
  description              = "Runs the trials of ${var.request_name} and the job that prepares their data."
  images                   = values(var.images)
  log_streams              = { for kind in ["ProcessingJobs", "TrainingJobs"] : "/aws/sagemaker/${kind}" => local.log_streams }
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_name              = "run-trials"
  storage                  = merge(var.storage, { write_prefixes = [var.storage.prefix] })
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
