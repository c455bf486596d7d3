variable "model_name" {
  description = "Name of the SageMaker model that the endpoint begins with."
  type        = string

  validation {
    condition     = length(var.model_name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.model_name))
    error_message = "model_name is \"${var.model_name}\": a model's name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "name" {
  description = "Name of the endpoint, 1 to 53 letters, digits and inner hyphens; its configurations are called NAME-HASHES."
  type        = string

  validation {
    condition     = length(var.name) <= 53 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 53 letters, digits and hyphens, with a letter or digit at both ends (a configuration's name has at most 63 characters, and -HASHES is added)."
  }
}

variable "capture" {
  description = "Capture of requests and answers: the S3 URI to write under (no slash at the end), the percent of the requests, and a KMS key for the objects; null captures nothing."
  type = object({
    uri         = string
    percent     = optional(number, 100)
    kms_key_arn = optional(string)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.capture == null || can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_.=-]+)*$", var.capture.uri))
    error_message = "capture.uri is \"${try(var.capture.uri, "")}\": give s3://BUCKET/PREFIX, the bucket in lower case, letters, digits and _ . = - in the prefix, and no slash at the end."
  }

  validation {
    condition     = var.capture == null || try(var.capture.percent >= 1 && var.capture.percent <= 100 && floor(var.capture.percent) == var.capture.percent, false)
    error_message = "capture.percent is ${try(var.capture.percent, 0)}: give a whole number from 1 to 100, or capture = null."
  }
}

variable "deployment" {
  description = "How a changed configuration takes over: routing (CANARY, LINEAR or ALL_AT_ONCE; null for CANARY where there are several instances), the percent of a canary or a step, seconds to watch after each step (a canary has two) and before the old instances end, seconds after which it is given up (null for 1800, or 600 more than all waits where that is longer), and the alarms that roll it back."
  type = object({
    routing                  = optional(string)
    step_percent             = optional(number, 50)
    wait_seconds             = optional(number, 60)
    termination_wait_seconds = optional(number, 0)
    timeout_seconds          = optional(number)
    rollback_alarm_names     = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.deployment.routing == null || try(contains(["ALL_AT_ONCE", "CANARY", "LINEAR"], var.deployment.routing), false)
    error_message = "deployment.routing is \"${format("%v", var.deployment.routing)}\": choose ALL_AT_ONCE, CANARY or LINEAR, or null."
  }

  validation {
    condition     = var.deployment.step_percent <= 50 && var.deployment.step_percent >= (try(var.deployment.routing == "LINEAR", false) ? 10 : 5) && floor(var.deployment.step_percent) == var.deployment.step_percent
    error_message = "deployment.step_percent is ${var.deployment.step_percent}: a canary takes a whole number from 5 to 50, a linear step one from 10 to 50."
  }

  validation {
    condition     = var.deployment.wait_seconds >= 0 && var.deployment.wait_seconds <= 3600 && var.deployment.termination_wait_seconds >= 0 && var.deployment.termination_wait_seconds <= 3600 && try(var.deployment.timeout_seconds >= 600 && var.deployment.timeout_seconds <= 28800, var.deployment.timeout_seconds == null)
    error_message = "deployment waits ${var.deployment.wait_seconds} and ${var.deployment.termination_wait_seconds} s and gives up after ${format("%v", var.deployment.timeout_seconds)} s: a wait is 0 to 3600 s, and the time-out 600 to 28800 s or null."
  }

  validation {
    condition     = try((var.deployment.routing == "LINEAR" ? ceil(100 / var.deployment.step_percent) : var.deployment.routing == "CANARY" || var.deployment.routing == null && var.instances.count > 1 ? 2 : 1) * var.deployment.wait_seconds + var.deployment.termination_wait_seconds, 0) < coalesce(var.deployment.timeout_seconds, 28800)
    error_message = "deployment waits ${try((var.deployment.routing == "LINEAR" ? ceil(100 / var.deployment.step_percent) : var.deployment.routing == "CANARY" || var.deployment.routing == null && var.instances.count > 1 ? 2 : 1) * var.deployment.wait_seconds + var.deployment.termination_wait_seconds, 0)} s in all and gives up after ${coalesce(var.deployment.timeout_seconds, 28800)} s: wait_seconds is waited after each step (two of a canary, 100 / step_percent of LINEAR), then termination_wait_seconds; wait less, take larger steps, or give a longer timeout_seconds, 28800 at most."
  }

  validation {
    condition     = length(var.deployment.rollback_alarm_names) <= 10
    error_message = "deployment.rollback_alarm_names has ${length(var.deployment.rollback_alarm_names)} names: SageMaker takes 10 at most."
  }
}

variable "instances" {
  description = "Type and number of the instances; each bills by the hour until the endpoint is deleted. Not used with serverless."
  type = object({
    type  = optional(string, "ml.t2.medium")
    count = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", var.instances.type))
    error_message = "instances.type is \"${var.instances.type}\": give a SageMaker instance type, such as ml.t2.medium."
  }

  validation {
    condition     = var.instances.count >= 1 && floor(var.instances.count) == var.instances.count
    error_message = "instances.count is ${var.instances.count}: give a whole number, 1 or more."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the instances' volumes; null for SageMaker's own. Types with local NVMe storage take none."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${format("%v", var.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "variant_name" {
  description = "Name of the production variant, 1 to 56 letters, digits and inner hyphens; captured data lies under it."
  type        = string
  default     = "AllTraffic"
  nullable    = false

  validation {
    condition     = length(var.variant_name) <= 56 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.variant_name))
    error_message = "variant_name is \"${var.variant_name}\": use 1 to 56 letters, digits and hyphens, with a letter or digit at both ends."
  }
}
