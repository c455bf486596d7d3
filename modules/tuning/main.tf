data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  role           = "${var.name}-tuning"
  role_arn       = "arn:${local.partition}:iam::${local.account_id}:role/${local.role}"
  definition_key = "${var.storage.definition_prefix}/${var.request_name}.json"

  # Splits are kept by what they are made of, so that other data or code never meets stale ones.
  splits_sha256 = sha256(jsonencode(var.templates.values))
  splits_prefix = "${var.storage.prefix}/splits/${substr(local.splits_sha256, 0, 16)}"
  models_prefix = "${var.storage.prefix}/models"

  tokens = merge(var.images, var.templates.values, {
    bucket              = var.storage.bucket
    job_role_arn        = local.role_arn
    splits_prefix       = local.splits_prefix
    tuned_models_prefix = local.models_prefix
  })
  preprocessing = jsondecode(templatefile(var.templates.preprocessing, local.tokens))
  rendered      = jsondecode(templatefile(var.templates.request, local.tokens))
  training      = local.rendered.TrainingJobDefinition
  static        = merge(local.training.StaticHyperParameters, var.training.hyperparameters)

  # A member that is null here stays out of the request.
  changes = {
    HyperParameterTuningJobConfig = merge(local.rendered.HyperParameterTuningJobConfig, { for member, value in {
      Strategy                     = var.search.strategy
      StrategyConfig               = local.strategy_config
      ParameterRanges              = local.ranges
      TrainingJobEarlyStoppingType = var.search.early_stopping ? "Auto" : "Off"
      RandomSeed                   = var.search.random_seed
      TuningJobCompletionCriteria  = length(local.completion) == 0 ? null : local.completion
      ResourceLimits = { for limit, value in {
        MaxNumberOfTrainingJobs = var.search.max_trials
        MaxParallelTrainingJobs = var.search.max_parallel_trials
        MaxRuntimeInSeconds     = var.search.max_runtime_seconds
      } : limit => value if value != null }
    } : member => value if value != null })
    TrainingJobDefinition = merge(local.training, { for member, value in {
      StaticHyperParameters     = local.static
      ResourceConfig            = merge(local.training.ResourceConfig, { InstanceType = var.training.instance_type })
      EnableManagedSpotTraining = var.training.use_spot ? true : null
      StoppingCondition = { for limit, value in {
        MaxRuntimeInSeconds  = var.training.max_runtime_seconds
        MaxWaitTimeInSeconds = var.training.use_spot ? 2 * var.training.max_runtime_seconds : null
      } : limit => value if value != null }
    } : member => value if value != null })
    WarmStartConfig = length(var.warm_start.parents) == 0 ? null : {
      ParentHyperParameterTuningJobs = [for name in sort(var.warm_start.parents) : { HyperParameterTuningJobName = name }]
      WarmStartType                  = var.warm_start.type
    }
  }
  request = { for member, value in local.changes : member => value if value != null }

  strategy_config = var.search.strategy != "Hyperband" ? null : {
    HyperbandStrategyConfig = {
      MinResource = var.search.hyperband_min_rounds
      MaxResource = tonumber(local.static.num_round)
    }
  }
  ranges = length(var.search.ranges) == 0 ? null : {
    ContinuousParameterRanges = [for name, range in var.search.ranges : {
      Name = name, MinValue = tostring(range.min), MaxValue = tostring(range.max), ScalingType = range.scaling
    } if !range.integer]
    IntegerParameterRanges = [for name, range in var.search.ranges : {
      Name = name, MinValue = tostring(range.min), MaxValue = tostring(range.max), ScalingType = range.scaling
    } if range.integer]
  }
  # How many different points there are to try, null for no end of them. A sum of logarithms: there is no product().
  searched = local.request.HyperParameterTuningJobConfig.ParameterRanges
  sizes = concat(
    [for range in try(local.searched.IntegerParameterRanges, []) : tonumber(range.MaxValue) - tonumber(range.MinValue) + 1],
    [for range in try(local.searched.CategoricalParameterRanges, []) : length(range.Values)],
  )
  points = length(try(local.searched.ContinuousParameterRanges, [])) > 0 ? null : floor(pow(2, sum([for size in local.sizes : log(size, 2)])) + 0.5)

  completion = { for criterion, value in {
    TargetObjectiveMetricValue = var.completion.target_objective
    BestObjectiveNotImproving = var.completion.max_trials_not_improving == null ? null : {
      MaxNumberOfTrainingJobsNotImproving = var.completion.max_trials_not_improving
    }
    ConvergenceDetected = var.completion.on_convergence ? { CompleteOnConvergence = "Enabled" } : null
  } : criterion => value if value != null }

  definition = jsonencode({ preprocessing = local.preprocessing, request = local.request })
}

# There is no resource for a tuning job, which runs once: what starts one sends exactly this.
resource "aws_s3_object" "definition" {
  bucket       = var.storage.bucket
  key          = local.definition_key
  content      = local.definition
  content_type = "application/json"
  tags         = var.tags

  lifecycle {
    precondition {
      condition     = length(setintersection(keys(local.static), keys(var.search.ranges))) == 0
      error_message = "${join(", ", setintersection(keys(local.static), keys(var.search.ranges)))} is in search.ranges and among the static hyperparameters: a hyperparameter is either searched or fixed."
    }

    precondition {
      condition     = length(local.hyperparameter_faults) == 0
      error_message = "XGBoost refuses search.ranges or training.hyperparameters: ${join("; ", local.hyperparameter_faults)}."
    }

    precondition {
      condition     = local.points == null ? true : var.search.max_trials <= local.points
      error_message = "search.max_trials is ${var.search.max_trials}, and search.ranges have ${coalesce(local.points, 0)} different points: SageMaker refuses more trials than points; give fewer trials, wider ranges or a continuous one."
    }
  }

  # What finds this may start a job at once: the role must hold its permissions by then.
  depends_on = [module.job_role]
}
