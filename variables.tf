variable "student_id" {
  description = "Who this stack belongs to: 3 to 20 lower case letters and digits, single hyphens inside. Every name contains it."
  type        = string

  validation {
    condition     = length(var.student_id) >= 3 && length(var.student_id) <= 20 && can(regex("^[a-z0-9](-?[a-z0-9])*$", var.student_id))
    error_message = "student_id is \"${var.student_id}\": use 3 to 20 lower case letters and digits, with single hyphens only between them, e.g. jane-doe7. Names are made of it that AWS bounds: the bucket sagemaker-STUDENT_ID (lower case, 63 characters) and tuning jobs (32 characters)."
  }
}

variable "bootstrap_models_directory" {
  description = "Folder of the models that endpoints begin with, made for the data set of schema_file; `mlops models bootstrap` makes one for another data set."
  type        = string
  default     = "rendered/bootstrap"
  nullable    = false

  validation {
    condition     = can(jsondecode(file("${var.bootstrap_models_directory}/bootstrap.json")).schema.sha256)
    error_message = "bootstrap_models_directory is \"${var.bootstrap_models_directory}\": no bootstrap.json with a schema in it; make the folder with: mlops models bootstrap SCHEMA_FILE FOLDER."
  }

  validation {
    condition     = try(jsondecode(file("${var.bootstrap_models_directory}/bootstrap.json")).schema.sha256 == filesha256(var.schema_file), true)
    error_message = "bootstrap_models_directory \"${var.bootstrap_models_directory}\" holds models of the data set \"${try(jsondecode(file("${var.bootstrap_models_directory}/bootstrap.json")).schema.name, "")}\", not of schema_file \"${var.schema_file}\", whose rows they would misread. Make models for it with: mlops models bootstrap ${var.schema_file} FOLDER, and set bootstrap_models_directory to FOLDER."
  }
}

variable "bucket_name" {
  description = "Name of the bucket; null for sagemaker-STUDENT_ID. Bucket names are shared by all of AWS: set this if that one is taken."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is \"${coalesce(var.bucket_name, "null")}\": S3 takes 3 to 63 lower case letters, digits and hyphens, with a letter or digit at both ends (dots, which break TLS host names, are refused here)."
  }
}

variable "endpoint" {
  description = "The real-time endpoint: whether to create it, or the name and variant of one of your own to watch instead; instances (each bills by the hour) or serverless; bounds for autoscaling, which burstable types such as the default cannot have; percent of the requests to capture, 0 for none; seconds that a deployment is watched."
  type = object({
    create                  = optional(bool, true)
    existing_name           = optional(string)
    existing_variant_name   = optional(string, "AllTraffic")
    instance_type           = optional(string, "ml.t2.medium")
    instance_count          = optional(number, 1)
    capture_percent         = optional(number, 100)
    deployment_wait_seconds = optional(number, 60)
    serverless              = optional(object({ memory_mb = optional(number, 2048), max_concurrency = optional(number, 5) }))
    autoscaling             = optional(object({ min_instances = optional(number, 1), max_instances = number, invocations_per_minute = optional(number, 1000) }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.endpoint.capture_percent >= 0 && var.endpoint.capture_percent <= 100 && floor(var.endpoint.capture_percent) == var.endpoint.capture_percent
    error_message = "endpoint.capture_percent is ${var.endpoint.capture_percent}: give a whole number from 0, which captures nothing, to 100."
  }

  validation {
    condition     = var.endpoint.existing_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", var.endpoint.existing_name))
    error_message = "endpoint.existing_name is \"${coalesce(var.endpoint.existing_name, "null")}\": an endpoint's name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "endpoint_hours" {
  description = "Hours after which endpoints that this root creates are deleted, since each instance bills by the hour (ml.t2.medium: about 0.06 USD); null lets them stay until terraform destroy. A later apply creates a deleted endpoint again."
  type        = number
  default     = 6

  validation {
    condition     = try(var.endpoint_hours >= 1 && var.endpoint_hours <= 8760 && floor(var.endpoint_hours) == var.endpoint_hours, var.endpoint_hours == null)
    error_message = "endpoint_hours is ${coalesce(var.endpoint_hours, 0)}: give a whole number from 1 to 8760, or null for endpoints that stay."
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
    error_message = "kms_key_arn is \"${coalesce(var.kms_key_arn, "null")}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
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
    error_message = "region is \"${coalesce(var.region, "null")}\": give a region's code, such as us-east-1, or null."
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
