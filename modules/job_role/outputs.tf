output "repository_arns" {
  description = "ARNs of the repositories that the role may pull from."
  value       = local.repository_arns
}

output "role_arn" {
  description = "ARN of the role; what reads it waits until the role holds its permissions."
  value       = aws_iam_role.this.arn

  # A job may start at once, and SageMaker reads a model's archive with the role when the model is created.
  depends_on = [aws_iam_role_policy.this]
}

output "role_name" {
  description = "Name of the role, for policies of your own."
  value       = aws_iam_role.this.name
}
