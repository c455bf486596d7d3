variable "model" {
  description = "Name of the SageMaker model that transforms, and of its execution role, which gets the permissions for input and output."
  type = object({
    name      = string
    role_name = string
  })

  validation {
    condition     = can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", var.model.name))
    error_message = "model.name is \"${var.model.name}\": a model's name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.model.role_name))
    error_message = "model.role_name is \"${var.model.role_name}\": give a role's name (1 to 64 characters), not its ARN."
  }
}

variable "name" {
  description = "Name of the published request and of the schedule, and beginning of the scheduled jobs' names: 1 to 45 letters, digits and hyphens."
  type        = string

  validation {
    condition     = length(var.name) <= 45 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 45 letters, digits and hyphens, with a letter or digit at both ends (a job's name has at most 63 characters, and two hyphens and an id are added)."
  }
}

variable "request_template" {
  description = "Path of a CreateTransformJob request without TransformJobName, as templatefile() reads it; the README lists its tokens."
  type        = string

  validation {
    condition     = try(fileexists(var.request_template), false)
    error_message = "request_template is \"${var.request_template}\": no such file; give a path relative to where Terraform runs, or an absolute one."
  }
}

variable "storage" {
  description = "Bucket, its KMS key if it has one, and the key prefixes (no slash at an end) of input, output and published request."
  type = object({
    bucket            = string
    input_prefix      = optional(string, "data/batch-input")
    output_prefix     = optional(string, "batch-output")
    definition_prefix = optional(string, "definitions")
    kms_key_arn       = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition     = alltrue([for prefix in [var.storage.input_prefix, var.storage.output_prefix, var.storage.definition_prefix] : can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", prefix))])
    error_message = "storage has a prefix with a slash at an end, a wildcard or nothing in it (${join(", ", [var.storage.input_prefix, var.storage.output_prefix, var.storage.definition_prefix])}): write data/batch-input, not /data/batch-input/."
  }

  validation {
    condition     = !startswith("${var.storage.output_prefix}/", "${var.storage.input_prefix}/")
    error_message = "storage.output_prefix \"${var.storage.output_prefix}\" lies in input_prefix \"${var.storage.input_prefix}\": the next job would transform the predictions of this one."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the schedule's role, where an organisation asks for one; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${format("%v", var.permissions_boundary_arn)}\": give a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME) or null."
  }
}

variable "sample_file" {
  description = "CSV of rows, without header and label, to upload under the input prefix so that the first job has something to do; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.sample_file == null || try(fileexists(var.sample_file), false)
    error_message = "sample_file is \"${format("%v", var.sample_file)}\": no such file; give a path relative to where Terraform runs, an absolute one, or null."
  }
}

variable "schedule" {
  description = "When jobs start by themselves: a rate(), cron() or at() expression of EventBridge Scheduler, its time zone, and whether it is in force; null for no schedule."
  type = object({
    expression = string
    timezone   = optional(string, "UTC")
    enabled    = optional(bool, true)
  })
  default  = null
  nullable = true

  validation {
    condition     = var.schedule == null || can(regex("^(rate|cron|at)\\(.+\\)$", var.schedule.expression))
    error_message = "schedule.expression is \"${try(var.schedule.expression, "")}\": give rate(1 day), cron(0 6 * * ? *) or at(2027-01-31T06:00:00)."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
