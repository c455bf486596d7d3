output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "code_sha256" {
  description = "SHA-256 of the uploaded code: of the JSON map from path to the file's own SHA-256."
  value       = local.code_sha256
}

output "code_uri" {
  description = "S3 URI of the uploaded code folder, without a slash at the end."
  value       = "s3://${aws_s3_bucket.this.bucket}/${local.code_prefix}"

  # Who uses the address waits for the files.
  depends_on = [aws_s3_object.code]
}

output "data_sha256" {
  description = "SHA-256 of the uploaded CSV."
  value       = local.data_sha256
}

output "input_data_uri" {
  description = "S3 URI of the uploaded CSV."
  value       = "s3://${aws_s3_bucket.this.bucket}/${local.data_key}"

  depends_on = [aws_s3_object.data]
}

output "schema_sha256" {
  description = "SHA-256 of the uploaded schema."
  value       = local.schema_sha256
}

output "schema_uri" {
  description = "S3 URI of the uploaded schema."
  value       = "s3://${aws_s3_bucket.this.bucket}/${local.schema_key}"

  depends_on = [aws_s3_object.schema]
}
