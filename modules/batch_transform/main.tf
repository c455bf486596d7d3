data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute `id` names the region in every major version of the provider; `name` is deprecated since version 6.
  region = data.aws_region.current.id

  input_prefix  = var.storage.input_prefix
  output_prefix = var.storage.output_prefix
  capture       = var.options.capture

  filled = jsondecode(templatefile(var.request_template, {
    batch_input_prefix  = local.input_prefix
    batch_output_prefix = local.output_prefix
    bucket              = var.storage.bucket
    model_name          = var.model.name
  }))

  processing = merge(
    var.options.join_input ? { JoinSource = "Input" } : {},
    var.options.input_filter == null ? {} : { InputFilter = var.options.input_filter },
    var.options.output_filter == null ? {} : { OutputFilter = var.options.output_filter },
  )

  # What is not asked for stays out of the request, where SageMaker's own defaults hold.
  request = merge(
    local.filled,
    { BatchStrategy = var.options.strategy },
    var.options.max_payload_mb == null ? {} : { MaxPayloadInMB = var.options.max_payload_mb },
    var.options.max_concurrent_transforms == null ? {} : { MaxConcurrentTransforms = var.options.max_concurrent_transforms },
    length(local.processing) == 0 ? {} : { DataProcessing = local.processing },
    local.capture == null ? {} : {
      DataCaptureConfig = merge(
        {
          DestinationS3Uri    = "s3://${var.storage.bucket}/${try(local.capture.prefix, "")}"
          GenerateInferenceId = try(local.capture.inference_ids, false)
        },
        var.storage.kms_key_arn == null ? {} : { KmsKeyId = var.storage.kms_key_arn },
      )
    },
    {
      TransformOutput = merge(
        try(local.filled.TransformOutput, {}),
        var.storage.kms_key_arn == null ? {} : { KmsKeyId = var.storage.kms_key_arn },
      )
      TransformResources = merge(try(local.filled.TransformResources, {}), { InstanceType = var.options.instance_type })
    },
  )
  published = "${jsonencode(local.request)}\n"
}

# Entry points send this request with a job's own name and output folder.
resource "aws_s3_object" "request" {
  bucket       = var.storage.bucket
  key          = "${var.storage.definition_prefix}/${var.name}.json"
  content      = local.published
  content_type = "application/json"
  tags         = var.tags

  lifecycle {
    precondition {
      condition     = can(local.filled.TransformInput) && can(local.filled.TransformOutput) && can(local.filled.TransformResources)
      error_message = "${var.request_template}, filled, is no CreateTransformJob request: it must be JSON with TransformInput, TransformOutput and TransformResources."
    }
  }
}

resource "aws_s3_object" "sample" {
  count = var.sample_file == null ? 0 : 1

  bucket       = var.storage.bucket
  key          = "${local.input_prefix}/${basename(var.sample_file)}"
  source       = var.sample_file
  source_hash  = filesha256(var.sample_file)
  content_type = "text/csv"
  tags         = var.tags
}
