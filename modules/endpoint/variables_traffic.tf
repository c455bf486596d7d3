variable "autoscaling" {
  description = "Bounds of the number of instances, the invocations per instance and minute to aim at, and the seconds to wait after a change; null for a number that stays."
  type = object({
    min_instances              = optional(number, 1)
    max_instances              = number
    invocations_per_minute     = optional(number, 1000)
    scale_in_cooldown_seconds  = optional(number, 300)
    scale_out_cooldown_seconds = optional(number, 60)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.autoscaling == null || try(var.autoscaling.min_instances >= 1 && var.autoscaling.max_instances >= var.autoscaling.min_instances && alltrue([for value in values(var.autoscaling) : value >= 0 && floor(value) == value]) && var.autoscaling.invocations_per_minute >= 1, false)
    error_message = "autoscaling is ${jsonencode(var.autoscaling)}: give whole numbers, with 1 <= min_instances <= max_instances."
  }

  validation {
    condition     = var.autoscaling == null || try(var.instances.count <= var.autoscaling.max_instances, true)
    error_message = "instances.count is ${var.instances.count}, more than autoscaling.max_instances, ${try(var.autoscaling.max_instances, 0)}: begin with fewer instances, or let there be more."
  }

  validation {
    condition     = var.autoscaling == null || !can(regex("^ml\\.t[0-9]", var.instances.type))
    error_message = "autoscaling is set, and instances.type is \"${var.instances.type}\": SageMaker does not scale burstable instances; use ml.c5.large or another type, or autoscaling = null."
  }
}

variable "serverless" {
  description = "Memory in MB and requests at once of a serverless endpoint, which bills by the request; null for instances. It cannot capture data, scale by a policy, serve several models, or encrypt volumes."
  type = object({
    memory_mb       = optional(number, 2048)
    max_concurrency = optional(number, 5)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.serverless == null || try(contains([1024, 2048, 3072, 4096, 5120, 6144], var.serverless.memory_mb) && var.serverless.max_concurrency >= 1 && var.serverless.max_concurrency <= 200 && floor(var.serverless.max_concurrency) == var.serverless.max_concurrency, false)
    error_message = "serverless is ${jsonencode(var.serverless)}: memory_mb is 1024, 2048, 3072, 4096, 5120 or 6144, and max_concurrency a whole number from 1 to 200."
  }

  validation {
    condition = var.serverless == null || length([
      for name, value in { autoscaling = var.autoscaling, capture = var.capture, kms_key_arn = var.kms_key_arn } : name if value != null
    ]) == 0
    error_message = "serverless is set together with ${join(", ", [for name, value in { autoscaling = var.autoscaling, capture = var.capture, kms_key_arn = var.kms_key_arn } : name if value != null])}, which serverless endpoints do not support: set them to null, or serverless to null."
  }
}
