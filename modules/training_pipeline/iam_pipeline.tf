locals {
  bucket_arn    = "arn:${local.partition}:s3:::${var.storage.bucket}"
  sagemaker_arn = "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}"
  # Decoded and encoded, equal definitions have equal texts, whose keys are found by pattern at every depth of branches.
  definition_text = try(jsonencode(jsondecode(local.filled)), "")
  job_steps       = length(regexall("\"Type\":\"(?:ClarifyCheck|Processing|QualityCheck|Training)\"", local.definition_text))
  named_jobs      = length(regexall("\"(?:Processing|Training)JobName\":\"${local.job_name_prefix}", local.definition_text))
  # A job's name begins with the name in its step's arguments. Where a definition leaves one out, SageMaker begins the
  # name with pipelines-, as it does in every pipeline of the account, and continues with the execution's id, which no
  # policy can know: nothing narrower includes that job.
  # https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html#build-and-manage-step-permissions-prefix
  job_names = concat(["${local.job_name_prefix}*"], local.named_jobs == local.job_steps ? [] : ["pipelines-*"])
  job_arns = flatten([
    for name in local.job_names : [for kind in ["processing-job", "training-job"] : "${local.sagemaker_arn}:${kind}/${name}"]
  ])
  # The beginning of a tuning job's name is not documented, and its 32 characters have no room for a name of its own
  # before the execution's id: nothing narrower is sure to include it. Its trials are started by SageMaker, not by this role.
  tunes       = strcontains(local.definition_text, "\"Type\":\"Tuning\"")
  tuning_arns = local.tunes ? ["${local.sagemaker_arn}:hyper-parameter-tuning-job/*"] : []
  # Trials are named after their tuning job, so that their streams may have any name.
  log_streams = {
    "/aws/sagemaker/ProcessingJobs" = [for name in local.job_names : trimsuffix(name, "*")]
    "/aws/sagemaker/TrainingJobs"   = local.tunes ? [""] : [for name in local.job_names : trimsuffix(name, "*")]
  }
  registry_arns = var.model_package_group_name == null ? [] : [
    "${local.sagemaker_arn}:model-package-group/${var.model_package_group_name}",
    "${local.sagemaker_arn}:model-package/${var.model_package_group_name}/*",
  ]
}

data "aws_iam_policy_document" "pipeline" {
  statement {
    sid = "RunJobs"
    actions = [
      "sagemaker:CreateProcessingJob",
      "sagemaker:CreateTrainingJob",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:DescribeTrainingJob",
      "sagemaker:StopProcessingJob",
      "sagemaker:StopTrainingJob",
    ]
    resources = local.job_arns
  }

  dynamic "statement" {
    for_each = length(local.tuning_arns) > 0 ? ["tuning"] : []

    content {
      sid = "TuneHyperparameters"
      actions = [
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
        "sagemaker:StopHyperParameterTuningJob",
      ]
      resources = local.tuning_arns
    }
  }

  # Pipelines tags all that it makes with the execution's ARN.
  statement {
    sid       = "TagWhatItMakes"
    actions   = ["sagemaker:AddTags", "sagemaker:ListTags"]
    resources = concat(local.job_arns, local.tuning_arns, local.registry_arns)
  }

  dynamic "statement" {
    for_each = length(local.registry_arns) > 0 ? ["registry"] : []

    content {
      sid = "RegisterModels"
      actions = [
        "sagemaker:CreateModelPackage",
        "sagemaker:DescribeModelPackage",
        "sagemaker:DescribeModelPackageGroup",
      ]
      resources = local.registry_arns
    }
  }

  # A registering step makes a group that is missing: whether it asks where the group exists is not documented.
  dynamic "statement" {
    for_each = length(local.registry_arns) > 0 ? ["registry"] : []

    content {
      sid       = "EnsureModelPackageGroup"
      actions   = ["sagemaker:CreateModelPackageGroup"]
      resources = [local.registry_arns[0]]
    }
  }

  # Registering resolves the images' digests.
  dynamic "statement" {
    for_each = length(local.registry_arns) > 0 && length(module.job_role.repository_arns) > 0 ? ["registry"] : []

    content {
      sid       = "ReadImageMetadata"
      actions   = ["ecr:BatchGetImage", "ecr:DescribeImages"]
      resources = module.job_role.repository_arns
    }
  }

  statement {
    sid       = "PassJobRole"
    actions   = ["iam:PassRole"]
    resources = [local.job_role_arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  # Property files (evaluation reports), model artifacts to register, and the published definition.
  statement {
    sid     = "ReadResults"
    actions = ["s3:GetObject"]
    resources = concat(
      [for prefix in sort(var.storage.write_prefixes) : "${local.bucket_arn}/${prefix}/*"],
      ["${local.bucket_arn}/${local.definition_key}"],
    )
  }

  dynamic "statement" {
    for_each = var.storage.kms_key_arn == null ? [] : [var.storage.kms_key_arn]

    content {
      sid       = "DecryptResults"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}
