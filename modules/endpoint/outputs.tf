output "endpoint_arn" {
  description = "ARN of the endpoint."
  value       = aws_sagemaker_endpoint.this.arn
}

output "endpoint_config_name" {
  description = "Name of the configuration that these inputs make; the endpoint itself may meanwhile serve one that was deployed later."
  value       = aws_sagemaker_endpoint_configuration.this.name
}

output "endpoint_name" {
  description = "Name of the endpoint."
  value       = aws_sagemaker_endpoint.this.name
}

output "variant_name" {
  description = "Name of the production variant."
  value       = var.variant_name
}
