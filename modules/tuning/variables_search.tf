# What is searched, for how long, and from where it starts.

variable "completion" {
  description = "What ends a tuning job before its budget: an objective that is good enough, so many trials (3 or more) without a better one, or convergence as SageMaker sees it."
  type = object({
    target_objective         = optional(number)
    max_trials_not_improving = optional(number)
    on_convergence           = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = try(var.completion.max_trials_not_improving >= 3 && floor(var.completion.max_trials_not_improving) == var.completion.max_trials_not_improving, var.completion.max_trials_not_improving == null)
    error_message = "completion.max_trials_not_improving is ${coalesce(var.completion.max_trials_not_improving, 0)}: give a whole number, 3 or more, or null."
  }
}

variable "search" {
  description = "Strategy, budget (trials in all, at once, and seconds for all of them; null for no limit), whether poor trials are stopped early, and a seed. Hyperband stops trials itself, from hyperband_min_rounds on. Ranges by hyperparameter replace the template's."
  type = object({
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
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["Bayesian", "Hyperband", "Random"], var.search.strategy)
    error_message = "search.strategy is \"${var.search.strategy}\": choose Bayesian, Hyperband or Random (a grid needs lists of values, and the ranges here are numbers)."
  }

  validation {
    condition     = var.search.max_trials >= 1 && var.search.max_trials <= 750 && floor(var.search.max_trials) == var.search.max_trials
    error_message = "search.max_trials is ${var.search.max_trials}: SageMaker takes a whole number from 1 to 750."
  }

  validation {
    condition     = var.search.max_parallel_trials >= 1 && var.search.max_parallel_trials <= min(var.search.max_trials, 100) && floor(var.search.max_parallel_trials) == var.search.max_parallel_trials
    error_message = "search.max_parallel_trials is ${var.search.max_parallel_trials}: give a whole number from 1 to max_trials (${var.search.max_trials}), 100 at most."
  }

  validation {
    condition     = try(var.search.max_runtime_seconds >= 120 && var.search.max_runtime_seconds <= 15768000, var.search.max_runtime_seconds == null)
    error_message = "search.max_runtime_seconds is ${coalesce(var.search.max_runtime_seconds, 0)}: SageMaker takes 120 to 15768000 seconds, or null."
  }

  validation {
    condition     = !(var.search.strategy == "Hyperband" && var.search.early_stopping)
    error_message = "search.early_stopping is true with strategy Hyperband, which stops trials itself: leave it false."
  }

  validation {
    condition     = var.search.hyperband_min_rounds >= 1 && floor(var.search.hyperband_min_rounds) == var.search.hyperband_min_rounds
    error_message = "search.hyperband_min_rounds is ${var.search.hyperband_min_rounds}: give a whole number, 1 or more."
  }

  validation {
    condition     = alltrue([for range in values(var.search.ranges) : range.min < range.max && contains(["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"], range.scaling)])
    error_message = "search.ranges has a range whose min is not below its max, or whose scaling is none of Auto, Linear, Logarithmic and ReverseLogarithmic: ${jsonencode(var.search.ranges)}."
  }
}

variable "training" {
  description = "The trials' instance type, seconds after which one is stopped, whether they run on spot capacity (and wait for it as long again), and hyperparameters that do not vary, beside the template's."
  type = object({
    instance_type       = optional(string, "ml.m5.large")
    max_runtime_seconds = optional(number, 3600)
    use_spot            = optional(bool, false)
    hyperparameters     = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", var.training.instance_type))
    error_message = "training.instance_type is \"${var.training.instance_type}\": give a SageMaker instance type, such as ml.m5.large."
  }

  validation {
    condition     = var.training.max_runtime_seconds >= 1 && floor(var.training.max_runtime_seconds) == var.training.max_runtime_seconds
    error_message = "training.max_runtime_seconds is ${var.training.max_runtime_seconds}: give a whole number of seconds, 1 or more."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*$", lookup(var.training.hyperparameters, "num_round", "1")))
    error_message = "training.hyperparameters.num_round is \"${lookup(var.training.hyperparameters, "num_round", "1")}\": give a whole number of rounds, 1 or more."
  }
}

variable "warm_start" {
  description = "Up to five earlier tuning jobs to learn from, and whether they had the same data and algorithm (IdenticalDataAndAlgorithm) or others (TransferLearning)."
  type = object({
    parents = optional(set(string), [])
    type    = optional(string, "IdenticalDataAndAlgorithm")
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.warm_start.parents) <= 5 && alltrue([for name in var.warm_start.parents : can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,31}$", name))])
    error_message = "warm_start.parents is [${join(", ", var.warm_start.parents)}]: give up to five names of tuning jobs (32 letters, digits and hyphens)."
  }

  validation {
    condition     = contains(["IdenticalDataAndAlgorithm", "TransferLearning"], var.warm_start.type)
    error_message = "warm_start.type is \"${var.warm_start.type}\": choose IdenticalDataAndAlgorithm or TransferLearning."
  }
}
