# What a plan of the module holds. The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  bucket_name    = "team-ml"
  code_directory = "tests/fixtures/code"
  schema_file    = "tests/fixtures/data/schema.json"
}

run "defaults" {
  command = plan

  assert {
    condition     = join(" ", keys(aws_s3_object.code)) == "run.py sub/more.py"
    error_message = "Caches, tests and hidden files must stay here; uploaded are ${join(", ", keys(aws_s3_object.code))}."
  }

  assert {
    condition     = aws_s3_object.code["sub/more.py"].key == "scripts/jobs/${substr(output.code_sha256, 0, 16)}/sub/more.py"
    error_message = "Code lies under its hash: ${aws_s3_object.code["sub/more.py"].key}."
  }

  assert {
    condition     = output.code_uri == "s3://team-ml/scripts/jobs/${substr(output.code_sha256, 0, 16)}"
    error_message = "code_uri is ${output.code_uri}."
  }

  assert {
    condition     = output.input_data_uri == "s3://team-ml/data/training/${substr(filesha256("tests/fixtures/data/two rows.csv"), 0, 16)}/two_rows.csv"
    error_message = "input_data_uri is ${output.input_data_uri}."
  }

  assert {
    condition     = output.schema_uri == "s3://team-ml/data/schema/${substr(filesha256("tests/fixtures/data/schema.json"), 0, 16)}/schema.json"
    error_message = "schema_uri is ${output.schema_uri}."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Without a KMS key S3 manages the keys."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with results is not deleted unless asked."
  }

  assert {
    condition     = join(" ", [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id]) == "expire-noncurrent-versions abort-unfinished-uploads"
    error_message = "Without prefix_days nothing current expires."
  }
}

run "kms_key_and_retention" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    prefixes    = { code = "src", data = "in", schema = "schemas" }
    retention   = { noncurrent_version_days = 5, unfinished_upload_days = 2, prefix_days = { "pipeline/train/" = 60 } }
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "A KMS key encrypts with aws:kms."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "The given key encrypts."
  }

  assert {
    condition     = startswith(aws_s3_object.code["run.py"].key, "src/") && startswith(aws_s3_object.data.key, "in/") && startswith(aws_s3_object.schema.key, "schemas/")
    error_message = "The given prefixes are used."
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      rule.filter[0].prefix == "pipeline/train/" && rule.expiration[0].days == 60
      if rule.id == "expire-pipeline-train"
    ])
    error_message = "Each prefix of prefix_days has a rule."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this.rule) == 3
    error_message = "One rule more for the one prefix."
  }
}
