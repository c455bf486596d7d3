variable "batch_transform" {
  description = "Batch transforms: the options of modules/batch_transform (instance type, strategy, sizes, join, filters, capture), and when jobs start by themselves, null for never."
  type = object({
    options = optional(object({
      instance_type             = optional(string, "ml.m5.large")
      strategy                  = optional(string, "MultiRecord")
      max_payload_mb            = optional(number)
      max_concurrent_transforms = optional(number)
      join_input                = optional(bool, false)
      input_filter              = optional(string)
      output_filter             = optional(string)
      capture                   = optional(object({ prefix = string, inference_ids = optional(bool, false) }))
    }), {})
    schedule = optional(object({
      expression = string
      timezone   = optional(string, "UTC")
      enabled    = optional(bool, true)
    }))
  })
  default  = {}
  nullable = false
}
