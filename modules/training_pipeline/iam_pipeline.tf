locals {
  bucket_arn    = "arn:${local.partition}:s3:::${var.storage.bucket}"
  sagemaker_arn = "arn:${local.partition}:sagemaker:${local.region}:${local.account_id}"
  # SageMaker begins the name of every job that a pipeline starts with pipelines-.
  job_arns = [
    "${local.sagemaker_arn}:processing-job/pipelines-*",
    "${local.sagemaker_arn}:training-job/pipelines-*",
  ]
  # The beginning of a tuning job's name is not documented.
  tuning_arns = contains([for step in try(jsondecode(local.filled).Steps, []) : try(step.Type, "")], "Tuning") ? [
    "${local.sagemaker_arn}:hyper-parameter-tuning-job/*",
  ] : []
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
    resources = [
      for prefix in sort(setunion(var.storage.write_prefixes, [var.storage.definition_prefix])) : "${local.bucket_arn}/${prefix}/*"
    ]
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
