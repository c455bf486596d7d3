variable "student_id" {
  description = "Who this stack belongs to: 3 to 20 lower case letters and digits, single hyphens inside. Every name contains it."
  type        = string

  validation {
    condition     = length(var.student_id) >= 3 && length(var.student_id) <= 20 && can(regex("^[a-z0-9](-?[a-z0-9])*$", var.student_id))
    error_message = "student_id is \"${var.student_id}\": use 3 to 20 lower case letters and digits, with single hyphens only between them, e.g. jane-doe7. Names are made of it that AWS bounds: the bucket sagemaker-STUDENT_ID (lower case, 63 characters) and tuning jobs (32 characters)."
  }
}

variable "bucket_name" {
  description = "Name of the bucket; null for sagemaker-STUDENT_ID. Bucket names are shared by all of AWS: set this if that one is taken."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is \"${format("%v", var.bucket_name)}\": S3 takes 3 to 63 lower case letters, digits and hyphens, with a letter or digit at both ends (dots, which break TLS host names, are refused here)."
  }
}

variable "force_destroy" {
  description = "Whether terraform destroy deletes the bucket's objects and versions, results and models included; make destroy does it without this."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the bucket's objects; null for keys that S3 manages (SSE-S3). Its key policy must let the account's roles use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${format("%v", var.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "pipeline" {
  description = "Settings of the training pipeline: new defaults for its parameters by name (an execution can still override them), steps that may run at once, and a policy that bounds its roles."
  type = object({
    parameter_defaults       = optional(map(string), {})
    max_parallel_steps       = optional(number)
    permissions_boundary_arn = optional(string)
  })
  default  = {}
  nullable = false
}

variable "region" {
  description = "AWS region, e.g. eu-west-1; null for the one that the environment or the AWS profile names."
  type        = string
  default     = null

  validation {
    condition     = var.region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${format("%v", var.region)}\": give a region's code, such as us-east-1, or null."
  }
}

variable "retention_days" {
  description = "Days after which S3 deletes noncurrent versions, parts of unfinished uploads, and the splits that executions wrote. Models, encoders and reports stay."
  type = object({
    noncurrent_versions = optional(number, 30)
    unfinished_uploads  = optional(number, 7)
    splits              = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for days in values(var.retention_days) : days >= 1 && floor(days) == days])
    error_message = "retention_days has a value that is not a whole number of days, 1 or more: ${jsonencode(var.retention_days)}."
  }

  validation {
    condition     = var.retention_days.splits > 30
    error_message = "retention_days.splits is ${var.retention_days.splits}: keep the splits for more than 30 days, because for so long a later execution may reuse a cached step's outputs."
  }
}

variable "schema_file" {
  description = "Data set schema (JSON); its field `file` names the CSV, relative to the schema. Another data set is another schema file."
  type        = string
  default     = "data/adult/schema.json"
  nullable    = false

  validation {
    condition     = try(fileexists(var.schema_file), false)
    error_message = "schema_file is \"${var.schema_file}\": no such file; give a path relative to where Terraform runs, or an absolute one."
  }

  validation {
    condition     = !try(fileexists(var.schema_file), false) || can(tostring(jsondecode(file(var.schema_file)).file))
    error_message = "schema_file is \"${var.schema_file}\": not a JSON object with a text field `file` that names the CSV; see docs/schema.md."
  }

  validation {
    condition     = !can(jsondecode(file(var.schema_file)).file) || try(fileexists(join("/", [dirname(var.schema_file), jsondecode(file(var.schema_file)).file])), false)
    error_message = "schema_file \"${var.schema_file}\" names the CSV \"${try(jsondecode(file(var.schema_file)).file, "")}\", which is not there: the field `file` is relative to the schema's own folder."
  }
}

variable "tags" {
  description = "Tags of every resource, beside Project and StudentId."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "use_spot_training" {
  description = "Whether training runs on spot capacity, cheaper by up to 90 percent, with checkpoints to go on from after an interruption; a training that nothing changed is then run again, not taken from the cache."
  type        = bool
  default     = false
  nullable    = false
}
