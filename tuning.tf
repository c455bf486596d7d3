# Hyperparameter tuning: the request that mlops run tuning sends, and the pipeline that tunes.
locals {
  pipeline_template = var.tuning.in_pipeline ? "training-tuned" : var.use_spot_training ? "training-spot" : "training"

  # As python/mlops/aws/tuning_names.py makes names: the first stem that leaves room for a short time stamp, then a date
  # (of the years until 2039) where there is room for it, and the short stamp. A policy has no pattern for digits: these
  # match jobs of another student only where that id is this one, a hyphen and three characters that begin with 2 or 3.
  tuning_stem = [
    for stem in ["xgboost-tuning", "xgb-tuning", "tuning", "tune", "t"] : stem if length("${stem}-${var.student_id}-????????") <= 32
  ][0]
  tuning_job_names = [
    for stamp in ["2???????????", "3???????????", "????????"] : "${local.tuning_stem}-${var.student_id}-${stamp}"
    if length("${local.tuning_stem}-${var.student_id}-${stamp}") <= 32
  ]
}

module "tuning" {
  source = "./modules/tuning"

  name                     = local.name
  request_name             = "xgboost-tuning-${var.student_id}"
  completion               = var.tuning.completion
  images                   = local.images
  job_names                = local.tuning_job_names
  permissions_boundary_arn = var.pipeline.permissions_boundary_arn
  search                   = var.tuning.search
  warm_start               = var.tuning.warm_start

  training = merge(var.tuning.training, { use_spot = var.use_spot_training })

  templates = {
    preprocessing = "${path.root}/rendered/tuning/preprocess.json.tftpl"
    request       = "${path.root}/rendered/tuning/request.json.tftpl"
    values = {
      code_uri       = module.storage.code_uri
      input_data_uri = module.storage.input_data_uri
      schema_uri     = module.storage.schema_uri
    }
  }

  storage = {
    bucket        = module.storage.bucket
    kms_key_arn   = var.kms_key_arn
    read_prefixes = ["data", "scripts"]
  }
}

variable "tuning" {
  description = "Hyperparameter tuning: whether the training pipeline tunes, too, in the place of one training (in_pipeline); for tuning jobs of their own what is searched and for how long, what ends it early, what trials run on, and earlier tuning jobs to learn from; the module's README lists the members."
  type = object({
    in_pipeline = optional(bool, false)
    search = optional(object({
      strategy             = optional(string, "Bayesian")
      max_trials           = optional(number, 10)
      max_parallel_trials  = optional(number, 2)
      max_runtime_seconds  = optional(number)
      early_stopping       = optional(bool, false)
      random_seed          = optional(number)
      hyperband_min_rounds = optional(number, 4)
      ranges = optional(map(object({
        min     = number
        max     = number
        integer = optional(bool, false)
        scaling = optional(string, "Auto")
      })), {})
    }), {})
    completion = optional(object({
      target_objective         = optional(number)
      max_trials_not_improving = optional(number)
      on_convergence           = optional(bool, false)
    }), {})
    training = optional(object({
      instance_type       = optional(string, "ml.m5.large")
      max_runtime_seconds = optional(number, 3600)
      hyperparameters     = optional(map(string), {})
    }), {})
    warm_start = optional(object({
      parents = optional(set(string), [])
      type    = optional(string, "IdenticalDataAndAlgorithm")
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = !(var.tuning.in_pipeline && var.use_spot_training)
    error_message = "tuning.in_pipeline and use_spot_training are both true: there is no pipeline that tunes on spot capacity; leave one of them false."
  }
}
