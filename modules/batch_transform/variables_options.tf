variable "options" {
  description = "How jobs transform: instance type, one or many records a request, largest payload in MB, requests at a time, whether each input row stands before its prediction, JSONPath filters of input and output, and a prefix for data capture with or without inference ids. Null leaves a choice to the container."
  type = object({
    instance_type             = optional(string, "ml.m5.large")
    strategy                  = optional(string, "MultiRecord")
    max_payload_mb            = optional(number)
    max_concurrent_transforms = optional(number)
    join_input                = optional(bool, false)
    input_filter              = optional(string)
    output_filter             = optional(string)
    capture                   = optional(object({ prefix = string, inference_ids = optional(bool, false) }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9]+$", var.options.instance_type))
    error_message = "options.instance_type is \"${var.options.instance_type}\": give one such as ml.m5.large, the smallest that batch transform has."
  }

  validation {
    condition     = contains(["MultiRecord", "SingleRecord"], var.options.strategy)
    error_message = "options.strategy is \"${var.options.strategy}\": give MultiRecord (as many rows as fit into a request) or SingleRecord."
  }

  validation {
    condition     = try(var.options.max_payload_mb >= 1 && floor(var.options.max_payload_mb) == var.options.max_payload_mb, var.options.max_payload_mb == null)
    error_message = "options.max_payload_mb is ${coalesce(var.options.max_payload_mb, 0)}: give a whole number, 1 to 100, or null."
  }

  validation {
    condition     = try(var.options.max_concurrent_transforms >= 1 && floor(var.options.max_concurrent_transforms) == var.options.max_concurrent_transforms, var.options.max_concurrent_transforms == null)
    error_message = "options.max_concurrent_transforms is ${coalesce(var.options.max_concurrent_transforms, 0)}: give a whole number, 1 or more, or null."
  }

  validation {
    condition     = coalesce(var.options.max_payload_mb, 1) * coalesce(var.options.max_concurrent_transforms, 1) <= 100
    error_message = "options.max_payload_mb times max_concurrent_transforms is ${coalesce(var.options.max_payload_mb, 1) * coalesce(var.options.max_concurrent_transforms, 1)}: SageMaker takes at most 100 MB together."
  }

  validation {
    condition     = alltrue([for filter in [var.options.input_filter, var.options.output_filter] : filter == null || can(regex("^\\$.{0,62}$", filter))])
    error_message = "options has a filter that is no JSONPath of at most 63 characters (${join(", ", compact([var.options.input_filter, var.options.output_filter]))}): it begins with $, e.g. $[1:]."
  }

  validation {
    condition     = try(can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", var.options.capture.prefix)), false) || var.options.capture == null
    error_message = "options.capture.prefix is \"${try(var.options.capture.prefix, "")}\": write data-capture/batch, without a slash at an end."
  }
}
