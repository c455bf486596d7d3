output "definition" {
  description = "What is published: the filled requests of the tuning job and of the job that prepares its data, as JSON."
  value       = local.definition
}

output "definition_uri" {
  description = "S3 URI under which the filled requests are published."
  value       = "s3://${aws_s3_object.definition.bucket}/${aws_s3_object.definition.key}"
}

output "role_arn" {
  description = "ARN of the role that trials run with."
  value       = module.job_role.role_arn
}
