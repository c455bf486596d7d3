# Batch inference with the same model that endpoints begin with.
locals {
  batch_name = "batch-transform-${var.student_id}"
  # As `mlops run transform` and the schedule name jobs: no other student's job has such a name.
  transform_job_names = ["${local.batch_name}-20??????-??????-???", "${local.batch_name}--*"]

  # The rendered rows are the bundled data set's: another data set brings its own under the input prefix.
  batch_sample = var.schema_file == "data/adult/schema.json" ? "${path.root}/rendered/batch/sample.csv" : null
}

module "batch_transform" {
  source = "./modules/batch_transform"

  name                     = local.batch_name
  model                    = { name = module.model.model_name, role_name = module.model.role_name }
  request_template         = "${path.root}/rendered/batch/request.json.tftpl"
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn
  sample_file              = local.batch_sample
  schedule                 = var.batch_transform.schedule
  options                  = var.batch_transform.options

  storage = {
    bucket      = module.storage.bucket
    kms_key_arn = var.kms_key_arn
  }
}
