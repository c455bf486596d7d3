data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # The attribute `id` names the region in every major version of the provider; `name` is deprecated since version 6.
  region = data.aws_region.current.id

  role_name = coalesce(var.role_name, var.name)
  uploads   = { for index, container in var.containers : tostring(index) => container.archive if container.archive != null }
  # A key holds the content's hash: an archive under a key never changes, and a new one makes a new model.
  keys = { for index, file in local.uploads : index => "${var.storage.prefix}/${substr(filesha256(file), 0, 16)}/model.tar.gz" }
  urls = [for index, container in var.containers :
    container.archive == null ? container.model_data_url : "s3://${aws_s3_object.archive[tostring(index)].bucket}/${aws_s3_object.archive[tostring(index)].key}"
  ]
}

resource "aws_s3_object" "archive" {
  for_each = local.keys

  bucket       = var.storage.bucket
  key          = each.value
  source       = local.uploads[each.key]
  content_type = "application/gzip"
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_model" "this" {
  name                     = var.name
  execution_role_arn       = module.job_role.role_arn
  enable_network_isolation = var.network_isolation
  tags                     = var.tags

  dynamic "container" {
    for_each = var.containers

    content {
      image              = container.value.image
      container_hostname = container.value.hostname
      environment        = container.value.environment
      model_data_url     = local.urls[container.key]
    }
  }

  dynamic "inference_execution_config" {
    for_each = length(var.containers) > 1 ? ["Serial"] : []

    content {
      mode = inference_execution_config.value
    }
  }
}
