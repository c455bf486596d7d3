# What SageMaker's XGBoost takes, so that a plan refuses what every trial would fail of. A script in its image, or another
# image, has hyperparameters of its own. https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
locals {
  is_xgboost = can(regex("/sagemaker-xgboost[:@]", local.training.AlgorithmSpecification.TrainingImage)) && !contains(keys(local.static), "sagemaker_program")

  xgboost_numbers = {
    _kfold                      = { min = 2, integer = true }
    _num_cv_round               = { min = 1, integer = true }
    aft_loss_distribution_scale = { min = 0 }
    alpha                       = { min = 0 }
    base_score                  = { min = 0 }
    colsample_bylevel           = { above = 0, max = 1 }
    colsample_bynode            = { above = 0, max = 1 }
    colsample_bytree            = { above = 0, max = 1 }
    csv_weights                 = { min = 0, max = 1, integer = true }
    early_stopping_rounds       = { min = 1, integer = true }
    eta                         = { min = 0, max = 1 }
    gamma                       = { min = 0 }
    lambda                      = { min = 0 }
    lambda_bias                 = { min = 0, max = 1 }
    learning_rate               = { min = 0, max = 1 }
    max_bin                     = { min = 0, integer = true }
    max_delta_step              = { min = 0 }
    max_depth                   = { min = 0, integer = true }
    max_leaves                  = { min = 0, integer = true }
    min_child_weight            = { min = 0 }
    min_split_loss              = { min = 0 }
    nthread                     = { min = 1, integer = true }
    num_class                   = { min = 2, integer = true }
    num_parallel_tree           = { min = 1, integer = true }
    num_round                   = { min = 1, integer = true }
    one_drop                    = { min = 0, max = 1, integer = true }
    prob_buffer_row             = { above = 1, integer = true }
    rate_drop                   = { min = 0, max = 1 }
    refresh_leaf                = { min = 0, max = 1, integer = true }
    reg_alpha                   = { min = 0 }
    reg_lambda                  = { min = 0 }
    scale_pos_weight            = { above = 0 }
    seed                        = { above = -2147483648, below = 2147483647, integer = true }
    sketch_eps                  = { above = 0, below = 1 }
    skip_drop                   = { min = 0, max = 1 }
    subsample                   = { above = 0, max = 1 }
    tweedie_variance_power      = { above = 1, below = 2 }
    verbosity                   = { min = 0, max = 3, integer = true }
  }
  xgboost_texts = [
    "_tuning_objective_metric",
    "aft_loss_distribution",
    "booster",
    "deterministic_histogram",
    "dsplit",
    "eval_metric",
    "grow_policy",
    "interaction_constraints",
    "monotone_constraints",
    "normalize_type",
    "objective",
    "predictor",
    "process_type",
    "sample_type",
    "sampling_method",
    "save_model_on_termination",
    "silent",
    "tree_method",
    "updater",
    "use_dask_gpu_training",
  ]

  # Each value with its name: both ends of a range, and a number that does not vary.
  numbers = concat(
    flatten([for name, range in var.search.ranges : [for value in [range.min, range.max] : { name = name, value = value }]]),
    [for name, text in var.training.hyperparameters : { name = name, value = tonumber(text) } if can(tonumber(text))],
  )
  hyperparameter_faults = !local.is_xgboost ? [] : concat(
    [for name in sort(keys(var.search.ranges)) : "${name} is none of its numbers" if !contains(keys(local.xgboost_numbers), name)],
    [
      for name in sort(keys(var.training.hyperparameters)) : "${name} is none of its hyperparameters"
      if !contains(concat(keys(local.xgboost_numbers), local.xgboost_texts), name)
    ],
    [
      for name, range in var.search.ranges : "${name} takes whole numbers (integer = true)"
      if try(local.xgboost_numbers[name].integer, false) && !range.integer
    ],
    [
      for each in local.numbers : "${each.name} cannot be ${each.value}"
      if contains(keys(local.xgboost_numbers), each.name) && !alltrue([
        each.value >= try(local.xgboost_numbers[each.name].min, each.value),
        each.value <= try(local.xgboost_numbers[each.name].max, each.value),
        try(each.value > local.xgboost_numbers[each.name].above, true),
        try(each.value < local.xgboost_numbers[each.name].below, true),
      ])
    ],
  )
}
