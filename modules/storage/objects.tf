# Keys hold the content's hash: an object under a key never changes, so a step cached for a key is never stale, and an
# execution that runs while new code is applied goes on reading what it began with until that apply's very end.
locals {
  code_files = sort([
    for path in fileset(var.code_directory, "**") : path
    if !can(regex("(^|/)(__pycache__|tests?|\\.[^/]+)(/|$)|\\.pyc$", path))
  ])
  code_hashes = { for path in local.code_files : path => filesha256("${var.code_directory}/${path}") }
  code_sha256 = sha256(jsonencode(local.code_hashes))
  code_prefix = "${var.prefixes.code}/${substr(local.code_sha256, 0, 16)}"

  data_file     = join("/", [dirname(var.schema_file), jsondecode(file(var.schema_file)).file])
  data_sha256   = filesha256(local.data_file)
  data_name     = replace(basename(local.data_file), "/[^A-Za-z0-9_.-]/", "_")
  data_key      = "${var.prefixes.data}/${substr(local.data_sha256, 0, 16)}/${local.data_name}"
  schema_sha256 = filesha256(var.schema_file)
  schema_key    = "${var.prefixes.schema}/${substr(local.schema_sha256, 0, 16)}/schema.json"
}

resource "aws_s3_object" "code" {
  for_each = toset(local.code_files)

  bucket = aws_s3_bucket.this.bucket
  key    = "${local.code_prefix}/${each.value}"
  source = "${var.code_directory}/${each.value}"
  tags   = var.tags

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_server_side_encryption_configuration.this]
}

resource "aws_s3_object" "data" {
  bucket       = aws_s3_bucket.this.bucket
  key          = local.data_key
  source       = local.data_file
  content_type = "text/csv"
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_server_side_encryption_configuration.this]
}

resource "aws_s3_object" "schema" {
  bucket       = aws_s3_bucket.this.bucket
  key          = local.schema_key
  source       = var.schema_file
  content_type = "application/json"
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_server_side_encryption_configuration.this]
}
