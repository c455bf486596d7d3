output "model_arn" {
  description = "ARN of the model."
  value       = aws_sagemaker_model.this.arn
}

output "model_name" {
  description = "Name of the model."
  value       = aws_sagemaker_model.this.name
}

output "role_arn" {
  description = "ARN of the role that the model is served with, by endpoints and by transform jobs alike."
  value       = module.job_role.role_arn
}

output "role_name" {
  description = "Name of that role, for policies of your own."
  value       = module.job_role.role_name
}
