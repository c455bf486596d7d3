# Models that answer: the bootstrap model behind an endpoint, and several models behind one endpoint.
locals {
  bootstrap = jsondecode(file("${var.bootstrap_models_directory}/bootstrap.json"))

  capture_percent = coalesce(var.endpoint.capture_percent, var.endpoint.serverless == null ? 100 : 0)
  capture_prefix  = "data-capture"
  multi_prefix    = "models/multi-model"

  endpoint_name    = coalesce(var.endpoint.existing_name, "xgboost-endpoint-${var.student_id}")
  multi_model_name = "multi-model-endpoint-${var.student_id}"

  # Another data set's rows would be misread by these models: no endpoint is made of them, and a warning says so.
  bootstrap_fits   = local.bootstrap.schema.sha256 == filesha256(var.schema_file)
  creates_endpoint = local.bootstrap_fits && var.endpoint.create && var.endpoint.existing_name == null
  creates_multi    = local.bootstrap_fits && var.multi_model_endpoint.create

  # Raw rows in, encoded CSV out. The container answers JSON by default, which XGBoost behind it refuses.
  encoder = {
    image   = local.images.sklearn_image
    archive = "${var.bootstrap_models_directory}/${local.bootstrap.encoder}"
    environment = {
      SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT = "text/csv"
      SAGEMAKER_PROGRAM                    = "inference.py"
      SAGEMAKER_SUBMIT_DIRECTORY           = "/opt/ml/model/code"
    }
  }
}

check "bootstrap_models_fit" {
  assert {
    condition     = local.bootstrap_fits
    error_message = "No endpoint is made: bootstrap_models_directory \"${var.bootstrap_models_directory}\" holds models of the data set \"${local.bootstrap.schema.name}\", not of schema_file \"${var.schema_file}\", whose rows they would misread (batch transforms with them refuse them). Make models for it with: mlops models bootstrap ${var.schema_file} FOLDER, and set bootstrap_models_directory to FOLDER."
  }
}

module "model" {
  source = "./modules/model"

  name                     = "xgboost-model-${var.student_id}"
  role_name                = "${local.name}-model"
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn

  containers = [
    local.encoder,
    {
      image   = local.images.xgboost_image
      archive = "${var.bootstrap_models_directory}/${local.bootstrap.models.default.archive}"
    },
  ]

  storage = {
    bucket         = module.storage.bucket
    kms_key_arn    = var.kms_key_arn
    prefix         = "models/bootstrap"
    write_prefixes = [local.capture_prefix]
    # Registered versions are deployed with this role: `mlops deploy` keeps the role of the model in service.
    read_prefixes = ["pipeline/encoder", "pipeline/models", "tuning/models", "tuning/splits"]
  }

  used_by = {
    endpoint_names       = [local.endpoint_name]
    rollback_alarm_names = try(module.endpoint_alarms[local.endpoint_name].rollback_alarm_names, [])
    transform_job_names  = local.transform_job_names
  }
}

module "endpoint_alarms" {
  source = "./modules/endpoint_alarms"
  for_each = toset(concat(
    local.creates_endpoint || var.endpoint.existing_name != null ? [local.endpoint_name] : [],
    local.creates_multi ? [local.multi_model_name] : [],
  ))

  endpoint_name = each.key
  variant_name  = each.key == var.endpoint.existing_name ? var.endpoint.existing_variant_name : "AllTraffic"
}

module "endpoint" {
  source = "./modules/endpoint"
  count  = local.creates_endpoint ? 1 : 0

  name        = local.endpoint_name
  model_name  = module.model.model_name
  autoscaling = var.endpoint.autoscaling
  instances   = { type = var.endpoint.instance_type, count = var.endpoint.instance_count }
  serverless  = var.endpoint.serverless

  capture = local.capture_percent == 0 ? null : {
    kms_key_arn = var.kms_key_arn
    percent     = local.capture_percent
    uri         = "s3://${module.storage.bucket}/${local.capture_prefix}"
  }

  deployment = {
    rollback_alarm_names = module.endpoint_alarms[local.endpoint_name].rollback_alarm_names
    wait_seconds         = var.endpoint.deployment_wait_seconds
  }
}

module "multi_model_endpoint" {
  source = "./modules/multi_model_endpoint"
  count  = local.creates_multi ? 1 : 0

  name                     = local.multi_model_name
  role_name                = "${local.name}-multi-model"
  front                    = local.encoder
  image                    = local.images.xgboost_image
  instances                = { type = var.multi_model_endpoint.instance_type, count = var.multi_model_endpoint.instance_count }
  models                   = { for name, model in local.bootstrap.models : "${name}.tar.gz" => "${var.bootstrap_models_directory}/${model.archive}" }
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn

  storage = {
    bucket      = module.storage.bucket
    kms_key_arn = var.kms_key_arn
    prefix      = local.multi_prefix
  }
}

# Endpoints bill by the hour: those that this root makes end by themselves. So does a serverless one, which bills by the
# request: these variables say what is asked for, and the endpoint in service may still have the instances of before.
module "endpoint_lifetime" {
  source = "./modules/endpoint_lifetime"
  count  = local.creates_endpoint && var.endpoint_hours != null ? 1 : 0

  endpoint_arn             = module.endpoint[0].endpoint_arn
  endpoint_name            = local.endpoint_name
  hours                    = var.endpoint_hours
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn
  role_name                = "${local.name}-endpoint-ends"
}

module "multi_model_endpoint_lifetime" {
  source = "./modules/endpoint_lifetime"
  count  = local.creates_multi && var.endpoint_hours != null ? 1 : 0

  endpoint_arn             = module.multi_model_endpoint[0].endpoint_arn
  endpoint_name            = local.multi_model_name
  hours                    = var.endpoint_hours
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn
  role_name                = "${local.name}-multi-model-ends"
}
