# What a plan of the module holds. The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name    = "churn"
  images  = { team_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/xgboost:1.7-1" }
  storage = { bucket = "team-ml", read_prefixes = ["in"], write_prefixes = ["out"] }
  definition = {
    template = "tests/fixtures/pipeline.json.tftpl"
    values   = { version = "7" }
  }
}

run "tokens_are_filled" {
  command = plan

  assert {
    condition     = jsondecode(aws_sagemaker_pipeline.this.pipeline_definition).Steps[0].Arguments.ErrorMessage == "arn:aws:iam::123456789012:role/churn-job churn-job 123456789012 eu-west-1 aws ${var.images.team_image}"
    error_message = "Filled: ${aws_sagemaker_pipeline.this.pipeline_definition}"
  }

  assert {
    condition     = aws_s3_object.definition.content == aws_sagemaker_pipeline.this.pipeline_definition
    error_message = "What is published must be what the pipeline was given."
  }

  assert {
    condition     = output.definition_uri == "s3://team-ml/definitions/churn.json"
    error_message = "definition_uri is ${output.definition_uri}."
  }

  assert {
    condition     = aws_iam_role.pipeline.name == "churn-pipeline" && module.job_role.role_name == "churn-job" && output.pipeline_name == "churn"
    error_message = "All names are made of name."
  }

  assert {
    condition     = module.job_role.repository_arns == tolist(["arn:aws:ecr:eu-west-1:123456789012:repository/team/xgboost"])
    error_message = "The repository of the image may be pulled: ${join(", ", module.job_role.repository_arns)}."
  }
}

run "parameter_defaults_keep_their_types" {
  command = plan

  variables {
    definition = {
      template           = "tests/fixtures/pipeline.json.tftpl"
      values             = { version = "7" }
      parameter_defaults = { Threshold = "0.9", Input = "5" }
    }
    pipeline_name      = "Churn"
    max_parallel_steps = 2
  }

  assert {
    condition = jsonencode(jsondecode(aws_sagemaker_pipeline.this.pipeline_definition).Parameters) == jsonencode([
      { DefaultValue = 0.9, Name = "Threshold", Type = "Float" },
      { DefaultValue = 100, Name = "Rounds", Type = "Integer" },
      { DefaultValue = "5", Name = "Input", Type = "String" },
    ])
    error_message = "Parameters: ${aws_sagemaker_pipeline.this.pipeline_definition}"
  }

  assert {
    condition     = jsondecode(aws_sagemaker_pipeline.this.pipeline_definition).Steps[0].Name == "Stop"
    error_message = "The rest of the definition stays."
  }

  assert {
    condition     = aws_sagemaker_pipeline.this.parallelism_configuration[0].max_parallel_execution_steps == 2
    error_message = "max_parallel_steps reaches the pipeline."
  }
}
