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

variables {
  name        = "churn-job"
  description = "Runs churn's jobs."
  log_streams = { "/aws/sagemaker/TrainingJobs" = ["churn-"] }
  storage     = { bucket = "team-ml" }
}

run "least_of_all" {
  command = plan

  assert {
    condition     = aws_iam_role.this.name == "churn-job" && aws_iam_role_policy.this.name == "run-jobs"
    error_message = "The role is ${aws_iam_role.this.name}, its policy ${aws_iam_role_policy.this.name}."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[*].Sid == ["CreateLogs", "WriteLogs", "WriteMetrics"]
    error_message = "Logs and metrics are all that every role has: ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Action = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:aws:sagemaker:eu-west-1:123456789012:*" }
        StringEquals = { "aws:SourceAccount" = "123456789012" }
      }
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Sid       = "SageMakerOfThisAccount"
    }]
    error_message = "SageMaker of this account, and nobody else, takes the role: ${aws_iam_role.this.assume_role_policy}"
  }
}

run "all_of_it" {
  command = plan

  variables {
    images = [
      "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/xgboost:1.7-1",
      "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/xgboost@sha256:0a1b",
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/sklearn:1",
    ]
    log_streams = {
      "/aws/sagemaker/ProcessingJobs"  = ["churn--", "churn-????-"]
      "/aws/sagemaker/Endpoints/churn" = [""]
    }
    storage = {
      bucket         = "team-ml"
      read_prefixes  = ["in", "scripts"]
      write_prefixes = ["out"]
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => statement.Resource } == {
      ListInputsAndOutputs = "arn:aws:s3:::team-ml"
      ReadInputs           = ["arn:aws:s3:::team-ml/scripts/*", "arn:aws:s3:::team-ml/out/*", "arn:aws:s3:::team-ml/in/*"]
      WriteOutputs         = "arn:aws:s3:::team-ml/out/*"
      UseBucketKey         = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      CreateLogs = [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:log-stream:churn-????-*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:log-stream:churn--*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:log-stream:",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn:log-stream:*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn:log-stream:",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn",
      ]
      WriteLogs = [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:log-stream:churn-????-*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:log-stream:churn--*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn:log-stream:*",
      ]
      WriteMetrics         = "*"
      PullImages           = ["arn:aws:ecr:us-east-1:111122223333:repository/team/xgboost", "arn:aws:ecr:cn-north-1:123456789012:repository/sklearn"]
      LogInToImageRegistry = "*"
    }
    error_message = "Each statement names its resources: ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => statement.Condition if can(statement.Condition) } == {
      ListInputsAndOutputs = { StringLike = { "s3:prefix" = ["in", "in/*", "out", "out/*", "scripts", "scripts/*"] } }
      UseBucketKey         = { StringEquals = { "kms:ViaService" = "s3.eu-west-1.amazonaws.com" } }
      WriteMetrics         = { StringLike = { "cloudwatch:namespace" = ["/aws/sagemaker/*", "aws/sagemaker/*"] } }
    }
    error_message = "Prefixes, key and metrics are bounded: ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => sort(flatten([statement.Action])) }) == jsonencode({
      ListInputsAndOutputs = ["s3:ListBucket"]
      ReadInputs           = ["s3:GetObject"]
      WriteOutputs         = ["s3:AbortMultipartUpload", "s3:PutObject"]
      UseBucketKey         = ["kms:Decrypt", "kms:GenerateDataKey"]
      CreateLogs           = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"]
      WriteLogs            = ["logs:PutLogEvents"]
      WriteMetrics         = ["cloudwatch:PutMetricData"]
      PullImages           = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      LogInToImageRegistry = ["ecr:GetAuthorizationToken"]
    })
    error_message = "Each statement has its actions and no others: ${aws_iam_role_policy.this.policy}"
  }
}

run "own_statements_come_first_and_reading_needs_no_new_data_keys" {
  command = plan

  variables {
    own_statements = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"ReadModels\",\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::team-ml/models/*\"}]}"
    policy_name    = "serve"
    storage = {
      bucket      = "team-ml"
      kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      encrypts    = false
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[*].Sid == ["ReadModels", "UseBucketKey", "CreateLogs", "WriteLogs", "WriteMetrics"]
    error_message = "Own statements come first: ${aws_iam_role_policy.this.policy}"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[1].Action == "kms:Decrypt" && aws_iam_role_policy.this.name == "serve"
    error_message = "Who only reads only decrypts: ${aws_iam_role_policy.this.policy}"
  }
}
