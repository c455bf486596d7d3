output "definition_uri" {
  description = "S3 URI of the filled request, which lacks only a job's name."
  value       = "s3://${aws_s3_object.request.bucket}/${aws_s3_object.request.key}"
}

output "input_uri" {
  description = "S3 URI that the objects to transform lie under."
  value       = "s3://${var.storage.bucket}/${local.input_prefix}/"

  # Who transforms waits for the sample and the permissions.
  depends_on = [aws_s3_object.sample, aws_iam_role_policy.data]
}

output "output_uri" {
  description = "S3 URI that each job writes a folder of its own under."
  value       = "s3://${var.storage.bucket}/${local.output_prefix}/"
}

output "request" {
  description = "The filled request as JSON, byte for byte what is published."
  value       = local.published
}

output "schedule_arn" {
  description = "ARN of the schedule; null where there is none."
  value       = one(values(aws_scheduler_schedule.this)[*].arn)
}
