module "job_role" {
  source = "../job_role"

  name                     = local.role
  description              = "Runs the trials of ${var.request_name} and the job that prepares their data."
  images                   = values(var.images)
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
