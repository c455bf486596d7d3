locals {
  name        = "mlops-${var.student_id}"
  bucket_name = coalesce(var.bucket_name, "sagemaker-${var.student_id}")

  # Results that other steps read for a while, but that nobody deploys or audits.
  split_prefixes = [for split in ["test", "train", "validation"] : "pipeline/${split}/"]
}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = contains(keys(local.rendered_images.regions), self.id)
      error_message = "Region \"${self.id}\" has no XGBoost and scikit-learn images of AWS; choose one of ${join(", ", keys(local.rendered_images.regions))}."
    }
  }
}

module "storage" {
  source = "./modules/storage"

  bucket_name    = local.bucket_name
  code_directory = "${path.root}/python/mlops/jobs"
  force_destroy  = var.force_destroy
  kms_key_arn    = var.kms_key_arn
  schema_file    = var.schema_file

  retention = {
    noncurrent_version_days = var.retention_days.noncurrent_versions
    unfinished_upload_days  = var.retention_days.unfinished_uploads
    prefix_days             = { for prefix in local.split_prefixes : prefix => var.retention_days.splits }
  }
}

module "model_registry" {
  source = "./modules/model_registry"

  name        = "xgboost-models-${var.student_id}"
  description = "Encoder and XGBoost models that MLPipeline-${var.student_id} registered."
}

module "source_commit" {
  source = "./modules/source_commit"

  git_path = "${path.root}/.git"
}

module "training_pipeline" {
  source = "./modules/training_pipeline"

  name                     = local.name
  pipeline_name            = "MLPipeline-${var.student_id}"
  images                   = local.images
  max_parallel_steps       = var.pipeline.max_parallel_steps
  model_package_group_name = module.model_registry.model_package_group_name
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn

  definition = {
    template           = "${path.root}/rendered/pipeline/${local.pipeline_template}.json.tftpl"
    parameter_defaults = var.pipeline.parameter_defaults
    values = {
      code_sha256    = module.storage.code_sha256
      code_uri       = module.storage.code_uri
      input_data_uri = module.storage.input_data_uri
      schema_uri     = module.storage.schema_uri
      source_commit  = module.source_commit.commit

      tuned_models_prefix = "pipeline/models"
    }
  }

  storage = {
    bucket         = module.storage.bucket
    kms_key_arn    = var.kms_key_arn
    read_prefixes  = ["data", "scripts"]
    write_prefixes = ["pipeline"]
  }
}

# Destroying refuses a registry group with versions and a bucket with objects, as AWS does: say what empties them.
resource "terraform_data" "destroy_hint" {
  input = {
    student_id = var.student_id
    of         = [module.model_registry.model_package_group_name, module.storage.bucket]
  }

  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    quiet      = true
    command    = "echo Model versions and stored objects are not deleted by terraform destroy. If it stops at them run: make destroy STUDENT_ID=${self.input.student_id}"
  }
}
