# What a plan of the module holds. The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"

  mock_data "aws_default_tags" {
    defaults = { tags = { StudentId = "ann", Team = "none" } }
  }
}

variables {
  name             = "nightly"
  model            = { name = "churn", role_name = "churn-model" }
  request_template = "tests/fixtures/request.json.tftpl"
  storage          = { bucket = "team-ml" }
}

run "the_request_is_filled" {
  command = plan

  assert {
    condition = output.request == "${jsonencode({
      BatchStrategy = "MultiRecord"
      ModelName     = "churn"
      TransformInput = {
        ContentType = "text/csv"
        DataSource  = { S3DataSource = { S3DataType = "S3Prefix", S3Uri = "s3://team-ml/data/batch-input/" } }
        SplitType   = "Line"
      }
      TransformOutput    = { Accept = "text/csv", AssembleWith = "Line", S3OutputPath = "s3://team-ml/batch-output" }
      TransformResources = { InstanceCount = 1, InstanceType = "ml.m5.large" }
    })}\n"
    error_message = "Filled: ${output.request}"
  }

  assert {
    condition     = aws_s3_object.request.content == output.request && output.definition_uri == "s3://team-ml/definitions/nightly.json"
    error_message = "The request is published at ${output.definition_uri}."
  }

  assert {
    condition     = aws_iam_role_policy.data.role == "churn-model"
    error_message = "The model's role gets the permissions."
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) == 0 && length(aws_s3_object.sample) == 0 && output.schedule_arn == null
    error_message = "Nobody asked for a schedule or a sample."
  }
}

run "options_reach_the_request" {
  command = plan

  variables {
    sample_file = "tests/fixtures/rows.csv"
    storage     = { bucket = "team-ml", kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/abc" }
    options = {
      capture                   = { prefix = "captured", inference_ids = true }
      input_filter              = "$[1:]"
      join_input                = true
      max_concurrent_transforms = 4
      max_payload_mb            = 20
      output_filter             = "$[0,-1]"
      strategy                  = "SingleRecord"
    }
  }

  assert {
    condition = jsonencode(jsondecode(output.request).DataProcessing) == jsonencode({
      InputFilter = "$[1:]", JoinSource = "Input", OutputFilter = "$[0,-1]"
    })
    error_message = "DataProcessing: ${output.request}"
  }

  assert {
    condition = jsonencode(jsondecode(output.request).DataCaptureConfig) == jsonencode({
      DestinationS3Uri = "s3://team-ml/captured", GenerateInferenceId = true, KmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/abc"
    })
    error_message = "DataCaptureConfig: ${output.request}"
  }

  assert {
    condition     = jsondecode(output.request).MaxPayloadInMB == 20 && jsondecode(output.request).MaxConcurrentTransforms == 4 && jsondecode(output.request).BatchStrategy == "SingleRecord"
    error_message = "Sizes: ${output.request}"
  }

  assert {
    condition     = jsondecode(output.request).TransformOutput.KmsKeyId == "arn:aws:kms:eu-west-1:123456789012:key/abc"
    error_message = "The bucket's key encrypts the output."
  }

  assert {
    condition     = aws_s3_object.sample[0].key == "data/batch-input/rows.csv"
    error_message = "The sample lies under the input prefix, not at ${aws_s3_object.sample[0].key}."
  }

  assert {
    condition     = join(" ", local.written) == "batch-output captured"
    error_message = "Written: ${join(", ", local.written)}"
  }
}

run "a_schedules_jobs_have_names_of_their_own" {
  command = plan

  assert {
    condition     = local.scheduled_jobs_arn == "arn:aws:sagemaker:eu-west-1:123456789012:transform-job/nightly--*"
    error_message = "scheduled_jobs_arn is ${local.scheduled_jobs_arn}."
  }
}

run "a_schedule_starts_jobs_of_their_own_names" {
  command = plan

  variables {
    schedule = { expression = "cron(0 6 * * ? *)", timezone = "Europe/Berlin" }
    tags     = { Team = "churn" }
  }

  assert {
    condition = jsonencode(jsondecode(aws_scheduler_schedule.this["this"].target[0].input).Tags) == jsonencode([
      { Key = "StudentId", Value = "ann" }, { Key = "Team", Value = "churn" },
    ])
    error_message = "Scheduled jobs have the provider's default tags and the module's."
  }

  assert {
    condition     = aws_scheduler_schedule.this["this"].target[0].arn == "arn:aws:scheduler:::aws-sdk:sagemaker:createTransformJob"
    error_message = "The target is the API itself."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.this["this"].target[0].input).TransformJobName == "nightly--<aws.scheduler.execution-id>" && strcontains(aws_scheduler_schedule.this["this"].target[0].input, "/nightly--<aws.scheduler.execution-id>\"")
    error_message = "Input: ${aws_scheduler_schedule.this["this"].target[0].input}"
  }

  assert {
    condition     = aws_scheduler_schedule.this["this"].schedule_expression_timezone == "Europe/Berlin" && aws_scheduler_schedule.this["this"].state == "ENABLED"
    error_message = "Time zone and state reach the schedule."
  }
}
