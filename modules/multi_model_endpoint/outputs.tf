output "endpoint_arn" {
  description = "ARN of the endpoint."
  value       = aws_sagemaker_endpoint.this.arn
}

output "endpoint_name" {
  description = "Name of the endpoint."
  value       = aws_sagemaker_endpoint.this.name
}

output "model_name" {
  description = "Name of the SageMaker model whose multi-model container loads the models."
  value       = aws_sagemaker_model.this.name
}

output "models_uri" {
  description = "S3 URI that the models lie under, with a slash at the end: an object under it is a target."
  value       = local.models_url
}

output "variant_name" {
  description = "Name of the production variant."
  value       = var.variant_name
}
