output "bucket" {
  description = "Name of the bucket with code, data, definitions and results."
  value       = module.storage.bucket
}

output "definition_uri" {
  description = "S3 URI of the filled pipeline definition that create_pipeline.py sends."
  value       = module.training_pipeline.definition_uri
}

output "job_role_arn" {
  description = "ARN of the role that the pipeline's jobs run with."
  value       = module.training_pipeline.job_role_arn
}

output "model_package_group_name" {
  description = "Model package group with the registered versions."
  value       = module.model_registry.model_package_group_name
}

output "pipeline_arn" {
  description = "ARN of the training pipeline."
  value       = module.training_pipeline.pipeline_arn
}

output "pipeline_name" {
  description = "Name of the training pipeline."
  value       = module.training_pipeline.pipeline_name
}

output "pipeline_role_arn" {
  description = "ARN of the role that the training pipeline works with; pass it to python/create_pipeline.py."
  value       = module.training_pipeline.pipeline_role_arn
}

output "region" {
  description = "AWS region that all of it is in."
  value       = data.aws_region.current.id
}

output "student_id" {
  description = "The student id that the names are made of."
  value       = var.student_id
}
