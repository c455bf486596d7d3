# What the policies say, as the real provider writes them. The one question that it would ask AWS is answered here: no
# account, no credentials, no network.
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.job_role.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  name    = "churn"
  storage = { bucket = "team-ml", read_prefixes = ["in"], write_prefixes = ["out"] }
  definition = {
    template = "tests/fixtures/jobs.json.tftpl"
    values   = { name_member = "\"TrainingJobName\": \"churn--fit\",", type = "Training" }
  }
}

run "named_jobs_are_the_only_ones" {
  command = plan

  variables {
    pipeline_name = "Churn"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Sid => sort(flatten([statement.Resource])) if contains(["RunJobs", "TagWhatItMakes"], statement.Sid) } == {
      for sid in ["RunJobs", "TagWhatItMakes"] : sid => tolist([
        "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/churn--*",
        "arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn--*",
      ])
    }
    error_message = "Jobs of other pipelines are not included: ${aws_iam_role_policy.pipeline.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.pipeline.assume_role_policy).Statement[0].Condition == {
      ArnLike      = { "aws:SourceArn" = ["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/Churn/*", "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/churn/*"] }
      StringEquals = { "aws:SourceAccount" = "123456789012" }
    }
    error_message = "Executions of this pipeline, and no others, assume the role: ${aws_iam_role.pipeline.assume_role_policy}"
  }

  assert {
    condition     = jsondecode(output.definition).Steps[0].Arguments.ProcessingJobName == "churn--prep"
    error_message = "The prefix is a token of the definition: ${output.definition}"
  }
}

run "log_streams_are_those_of_the_jobs" {
  command = plan

  assert {
    condition     = jsonencode(local.log_streams) == jsonencode({ "/aws/sagemaker/ProcessingJobs" = ["churn--"], "/aws/sagemaker/TrainingJobs" = ["churn--"] })
    error_message = "Streams begin with the job's name: ${jsonencode(local.log_streams)}"
  }
}

run "step_without_a_name_brings_back_every_pipelines_jobs" {
  command = plan

  variables {
    definition = {
      template = "tests/fixtures/jobs.json.tftpl"
      values   = { name_member = "", type = "Training" }
    }
  }

  assert {
    condition = sort(flatten([for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Resource if statement.Sid == "RunJobs"])) == tolist([
      "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/churn--*",
      "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/pipelines-*",
      "arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn--*",
      "arn:aws:sagemaker:eu-west-1:123456789012:training-job/pipelines-*",
    ])
    error_message = "A step in a branch has no name: ${aws_iam_role_policy.pipeline.policy}"
  }
}

run "name_that_only_a_parameter_knows_is_none" {
  command = plan

  variables {
    definition = {
      template = "tests/fixtures/jobs.json.tftpl"
      values   = { name_member = "\"TrainingJobName\": {\"Get\": \"Parameters.Name\"},", type = "Training" }
    }
  }

  assert {
    condition     = length(local.job_arns) == 4
    error_message = "The name is not known: ${join(", ", local.job_arns)}"
  }
}

run "tuning_step_may_have_any_tuning_job_and_no_other_training_job" {
  command = plan

  variables {
    definition = {
      template = "tests/fixtures/jobs.json.tftpl"
      values   = { name_member = "", type = "Tuning" }
    }
  }

  assert {
    condition = sort(flatten([for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Resource if statement.Sid == "TagWhatItMakes"])) == tolist([
      "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/*",
      "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/churn--*",
      "arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn--*",
    ])
    error_message = "Trials are SageMaker's to start: ${aws_iam_role_policy.pipeline.policy}"
  }

  assert {
    condition     = jsonencode(local.log_streams) == jsonencode({ "/aws/sagemaker/ProcessingJobs" = ["churn--"], "/aws/sagemaker/TrainingJobs" = [""] })
    error_message = "Trials write their logs: ${jsonencode(local.log_streams)}"
  }
}

run "long_names_are_cut_and_stay_apart" {
  command = plan

  variables {
    name = "Acme-claims-department-profiling-production-eu"
  }

  assert {
    condition     = local.job_name_prefix == "acme-claims-departmen-${substr(sha256("Acme-claims-department-profiling-production-eu"), 0, 8)}--"
    error_message = "32 characters are the prefix's: ${local.job_name_prefix}"
  }
}
