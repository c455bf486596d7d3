data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition

  models_url = "s3://${var.storage.bucket}/${var.storage.prefix}/"
  # The front container's archive lies outside the prefix: it is no target.
  front_key = var.front == null ? null : "${var.storage.prefix}-front/${substr(filesha256(var.front.archive), 0, 16)}/model.tar.gz"
}

resource "aws_s3_object" "front" {
  count = var.front == null ? 0 : 1

  bucket       = var.storage.bucket
  key          = local.front_key
  source       = var.front.archive
  content_type = "application/gzip"
  tags         = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# More models come from outside, as objects under the prefix: neither model nor endpoint changes for them.
resource "aws_s3_object" "model" {
  for_each = var.models

  bucket       = var.storage.bucket
  key          = "${var.storage.prefix}/${each.key}"
  source       = each.value
  content_type = "application/gzip"
  tags         = var.tags
}

resource "aws_sagemaker_model" "this" {
  name                     = var.name
  execution_role_arn       = module.job_role.role_arn
  enable_network_isolation = true
  tags                     = var.tags

  dynamic "container" {
    for_each = aws_s3_object.front[*]

    content {
      image          = var.front.image
      environment    = var.front.environment
      model_data_url = "s3://${container.value.bucket}/${container.value.key}"
    }
  }

  container {
    image          = var.image
    mode           = "MultiModel"
    model_data_url = local.models_url

    multi_model_config {
      model_cache_setting = var.model_cache ? "Enabled" : "Disabled"
    }
  }
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  name = local.config_name
  tags = var.tags

  production_variants {
    variant_name           = var.variant_name
    model_name             = aws_sagemaker_model.this.name
    instance_type          = var.instances.type
    initial_instance_count = var.instances.count
    initial_variant_weight = 1
  }

  # A configuration cannot be changed, and the one in service must not be deleted: what is not in service is said by
  # the check in in_service.tf.
  lifecycle {
    ignore_changes = [name, production_variants]
  }
}

resource "aws_sagemaker_endpoint" "this" {
  name                 = var.name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name
  tags                 = var.tags

  # Somebody may deploy another configuration, with more instances say: no change to undo. A configuration that is
  # replaced on demand takes the endpoint along, for the endpoint would go on with one that is gone.
  lifecycle {
    ignore_changes       = [deployment_config, endpoint_config_name]
    replace_triggered_by = [aws_sagemaker_endpoint_configuration.this.arn]
  }

  depends_on = [aws_s3_object.model]
}
