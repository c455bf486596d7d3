data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute `id` names the region in every major version of the provider; `name` is deprecated since version 6.
  region = data.aws_region.current.id

  pipeline_name = coalesce(var.pipeline_name, var.name)
  pipeline_role = "${var.name}-pipeline"
  job_role      = "${var.name}-job"
  job_role_arn  = "arn:${local.partition}:iam::${local.account_id}:role/${local.job_role}"
  # Two hyphens end it: where names have only single ones inside, no other pipeline's job names begin with it. Execution
  # id, attempt and random part take 26 of a job name's 63 characters: a longer name is cut and told apart by its hash.
  # Lower case, because SageMaker writes names so in ARNs.
  job_name_prefix = lower("${length(var.name) <= 30 ? var.name : "${trim(substr(var.name, 0, 21), "-")}-${substr(sha256(var.name), 0, 8)}"}--")
  definition_key  = "${var.storage.definition_prefix}/${local.pipeline_name}.json"

  module_tokens = merge(
    {
      account_id      = local.account_id
      bucket          = var.storage.bucket
      job_name_prefix = local.job_name_prefix
      job_role_arn    = local.job_role_arn
      job_role_name   = local.job_role
      partition       = local.partition
      region          = local.region
    },
    var.model_package_group_name == null ? {} : { model_package_group = var.model_package_group_name },
  )
  filled             = templatefile(var.definition.template, merge(local.module_tokens, var.images, var.definition.values))
  parameters         = try(jsondecode(local.filled).Parameters, [])
  unknown_parameters = setsubtract(keys(var.definition.parameter_defaults), [for parameter in local.parameters : parameter.Name])

  # Without new defaults the text stays as it was rendered. With them it is written anew; decoding a number's text, and
  # not converting it, keeps numbers and strings apart.
  definition = length(var.definition.parameter_defaults) == 0 ? local.filled : jsonencode(merge(jsondecode(local.filled), {
    Parameters = [
      for parameter in local.parameters : merge(parameter, try({
        DefaultValue = jsondecode(parameter.Type == "String" ? jsonencode(var.definition.parameter_defaults[parameter.Name]) : var.definition.parameter_defaults[parameter.Name])
      }, {}))
    ]
  }))
}

resource "aws_sagemaker_pipeline" "this" {
  pipeline_name         = local.pipeline_name
  pipeline_display_name = local.pipeline_name
  pipeline_description  = var.description
  pipeline_definition   = local.definition
  role_arn              = aws_iam_role.pipeline.arn
  tags                  = var.tags

  dynamic "parallelism_configuration" {
    for_each = var.max_parallel_steps == null ? [] : [var.max_parallel_steps]

    content {
      max_parallel_execution_steps = parallelism_configuration.value
    }
  }

  lifecycle {
    precondition {
      condition     = can(jsondecode(local.filled).Steps)
      error_message = "${var.definition.template}, filled, is not a pipeline definition: it must be JSON with a list Steps."
    }

    precondition {
      condition     = length(local.unknown_parameters) == 0
      error_message = "definition.parameter_defaults names ${join(", ", local.unknown_parameters)}, which ${var.definition.template} does not declare; it declares ${join(", ", [for parameter in local.parameters : parameter.Name])}."
    }

    precondition {
      condition = alltrue([
        for parameter in local.parameters : parameter.Type == "String" || can(tonumber(var.definition.parameter_defaults[parameter.Name]))
        if contains(keys(var.definition.parameter_defaults), parameter.Name)
      ])
      error_message = "definition.parameter_defaults gives a number's parameter something else: ${jsonencode(var.definition.parameter_defaults)}; numbers are written like \"0.9\" or \"200\"."
    }
  }

  # The first execution may start at once: both roles must hold their permissions by then.
  depends_on = [module.job_role, aws_iam_role_policy.pipeline]
}

# Entry points send exactly these bytes, so that no plan finds a difference afterwards.
resource "aws_s3_object" "definition" {
  bucket       = var.storage.bucket
  key          = local.definition_key
  content      = local.definition
  content_type = "application/json"
  tags         = var.tags
}
