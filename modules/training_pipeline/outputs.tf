output "definition" {
  description = "The filled definition, byte for byte what the pipeline was given."
  value       = local.definition
}

output "definition_uri" {
  description = "S3 URI under which the filled definition is published."
  value       = "s3://${aws_s3_object.definition.bucket}/${aws_s3_object.definition.key}"
}

output "job_role_arn" {
  description = "ARN of the role that the pipeline's jobs run with."
  value       = module.job_role.role_arn
}

output "pipeline_arn" {
  description = "ARN of the pipeline."
  value       = aws_sagemaker_pipeline.this.arn
}

output "pipeline_name" {
  description = "Name of the pipeline."
  value       = aws_sagemaker_pipeline.this.pipeline_name
}

output "pipeline_role_arn" {
  description = "ARN of the role that the pipeline itself works with."
  value       = aws_iam_role.pipeline.arn
}
