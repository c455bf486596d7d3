variable "endpoint_name" {
  description = "Name of the endpoint to watch, and beginning of the alarms' names; the endpoint need not exist yet. 1 to 63 letters, digits and inner hyphens."
  type        = string

  validation {
    condition     = length(var.endpoint_name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.endpoint_name))
    error_message = "endpoint_name is \"${var.endpoint_name}\": an endpoint takes 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "action_arns" {
  description = "What an alarm tells when its state changes: ARNs of SNS topics or other alarm actions, 5 at most."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.action_arns) <= 5 && alltrue([for arn in var.action_arns : can(regex("^arn:[a-z-]+:", arn))])
    error_message = "action_arns has ${jsonencode(var.action_arns)}: CloudWatch takes at most 5, each an ARN, such as a topic's."
  }
}

variable "evaluation_periods" {
  description = "Periods in a row that a limit must be passed in, 1 to 100."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.evaluation_periods >= 1 && var.evaluation_periods <= 100 && floor(var.evaluation_periods) == var.evaluation_periods
    error_message = "evaluation_periods is ${var.evaluation_periods}: give a whole number from 1 to 100."
  }
}

variable "limits" {
  description = "What is still good in one period: the number of client errors (4XX) and of server errors (5XX), and the mean latency in milliseconds."
  type = object({
    client_errors        = optional(number, 100)
    latency_milliseconds = optional(number, 1000)
    server_errors        = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit >= 0]) && var.limits.latency_milliseconds > 0
    error_message = "limits are ${jsonencode(var.limits)}: each must be 0 or more, and the latency above 0."
  }
}

variable "period_seconds" {
  description = "Length of a period in seconds: 60 or a multiple of it, a day at most."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.period_seconds >= 60 && var.period_seconds % 60 == 0 && var.period_seconds * var.evaluation_periods <= 86400
    error_message = "period_seconds is ${var.period_seconds}: give 60 or a multiple of it; periods times their length may be a day (86400 s) at most."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "variant_name" {
  description = "Name of the endpoint's production variant: 1 to 63 letters, digits and inner hyphens."
  type        = string
  default     = "AllTraffic"
  nullable    = false

  validation {
    condition     = length(var.variant_name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.variant_name))
    error_message = "variant_name is \"${var.variant_name}\": a variant takes 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}
