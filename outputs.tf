output "batch_input_uri" {
  description = "S3 URI that the objects to transform lie under."
  value       = module.batch_transform.input_uri
}

output "batch_output_uri" {
  description = "S3 URI that each transform job writes a folder of its own under."
  value       = module.batch_transform.output_uri
}

output "bucket" {
  description = "Name of the bucket with code, data, definitions and results."
  value       = module.storage.bucket
}

output "definition_uri" {
  description = "S3 URI of the filled pipeline definition that create_pipeline.py sends."
  value       = module.training_pipeline.definition_uri
}

output "endpoint_name" {
  description = "Name of the real-time endpoint; null where there is none."
  value       = local.creates_endpoint ? module.endpoint[0].endpoint_name : var.endpoint.existing_name
}

output "endpoints_end_at" {
  description = "When each endpoint is deleted by itself (UTC); empty where endpoint_hours is null: then they stay, and bill, until terraform destroy."
  value = merge(
    { for lifetime in module.endpoint_lifetime : local.endpoint_name => lifetime.ends_at },
    { for lifetime in module.multi_model_endpoint_lifetime : local.multi_model_name => lifetime.ends_at },
  )
}

output "job_role_arn" {
  description = "ARN of the role that the pipeline's jobs run with."
  value       = module.training_pipeline.job_role_arn
}

output "model_name" {
  description = "SageMaker model, encoder and XGBoost, that the endpoint begins with and transform jobs use."
  value       = module.model.model_name
}

output "model_package_group_name" {
  description = "Model package group with the registered versions."
  value       = module.model_registry.model_package_group_name
}

output "multi_model_endpoint_name" {
  description = "Name of the multi-model endpoint; null where there is none."
  value       = one(module.multi_model_endpoint[*].endpoint_name)
}

output "multi_models_uri" {
  description = "S3 URI that the multi-model endpoint's models lie under; null where there is none."
  value       = one(module.multi_model_endpoint[*].models_uri)
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

output "tuning_definition_uri" {
  description = "S3 URI of the filled requests that hyperparameter_tuning.py sends."
  value       = module.tuning.definition_uri
}

output "tuning_role_arn" {
  description = "ARN of the role that trials run with; pass it to python/hyperparameter_tuning.py."
  value       = module.tuning.role_arn
}
