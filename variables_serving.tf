variable "bootstrap_models_directory" {
  description = "Folder of the models that endpoints begin with, made for the data set of schema_file; `mlops models bootstrap` makes one for another data set."
  type        = string
  default     = "rendered/bootstrap"
  nullable    = false

  validation {
    condition     = can(jsondecode(file("${var.bootstrap_models_directory}/bootstrap.json")).schema.sha256)
    error_message = "bootstrap_models_directory is \"${var.bootstrap_models_directory}\": no bootstrap.json with a schema in it; make the folder with: mlops models bootstrap SCHEMA_FILE FOLDER."
  }
}

variable "endpoint" {
  description = "The real-time endpoint: whether to create it, or the name and variant of one of your own to watch instead; instances (each bills by the hour) or serverless; bounds for autoscaling, which burstable types such as the default cannot have; percent of the requests to capture, 0 for none (null for 100, and for none where it is serverless); seconds that each step of a deployment is watched."
  type = object({
    create                  = optional(bool, true)
    existing_name           = optional(string)
    existing_variant_name   = optional(string, "AllTraffic")
    instance_type           = optional(string, "ml.t2.medium")
    instance_count          = optional(number, 1)
    capture_percent         = optional(number)
    deployment_wait_seconds = optional(number, 60)
    serverless              = optional(object({ memory_mb = optional(number, 2048), max_concurrency = optional(number, 5) }))
    autoscaling             = optional(object({ min_instances = optional(number, 1), max_instances = number, invocations_per_minute = optional(number, 1000) }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = try(var.endpoint.capture_percent >= 0 && var.endpoint.capture_percent <= 100 && floor(var.endpoint.capture_percent) == var.endpoint.capture_percent, var.endpoint.capture_percent == null)
    error_message = "endpoint.capture_percent is ${format("%v", var.endpoint.capture_percent)}: give a whole number from 0, which captures nothing, to 100."
  }

  validation {
    condition     = var.endpoint.serverless == null || try(var.endpoint.capture_percent == 0, false) || var.endpoint.capture_percent == null
    error_message = "endpoint.capture_percent is ${format("%v", var.endpoint.capture_percent)}, and serverless is set: serverless endpoints capture nothing; leave one of the two out."
  }

  validation {
    condition     = var.endpoint.existing_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", var.endpoint.existing_name))
    error_message = "endpoint.existing_name is \"${format("%v", var.endpoint.existing_name)}\": an endpoint's name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "endpoint_hours" {
  description = "Hours after which endpoints that this root creates are deleted, since each instance bills by the hour (ml.t2.medium: about 0.06 USD), serverless ones included; null lets them stay until terraform destroy. A later apply creates a deleted endpoint again."
  type        = number
  default     = 6

  validation {
    condition     = try(var.endpoint_hours >= 1 && var.endpoint_hours <= 8760 && floor(var.endpoint_hours) == var.endpoint_hours, var.endpoint_hours == null)
    error_message = "endpoint_hours is ${coalesce(var.endpoint_hours, 0)}: give a whole number from 1 to 8760, or null for endpoints that stay."
  }
}

variable "multi_model_endpoint" {
  description = "The endpoint that serves several models: whether to create it, and its instances, each of which bills by the hour."
  type = object({
    create         = optional(bool, true)
    instance_type  = optional(string, "ml.t2.medium")
    instance_count = optional(number, 1)
  })
  default  = {}
  nullable = false
}
