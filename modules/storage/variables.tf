variable "bucket_name" {
  description = "Name of the bucket to create: 3 to 63 lower case letters, digits and hyphens, unique across all AWS accounts."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name is \"${var.bucket_name}\": S3 takes 3 to 63 lower case letters, digits and hyphens, with a letter or digit at both ends (dots, which break TLS host names, are refused here)."
  }

  validation {
    condition     = !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.bucket_name))
    error_message = "bucket_name is \"${var.bucket_name}\": S3 reserves the beginnings xn--, sthree-, amzn-s3-demo- and the endings -s3alias, --ol-s3, --x-s3, --table-s3; choose another name."
  }
}

variable "code_directory" {
  description = "Folder of job code to upload; caches, tests and hidden files in it are left out."
  type        = string

  validation {
    condition     = length(try(fileset(var.code_directory, "**"), [])) > 0
    error_message = "code_directory is \"${var.code_directory}\": no such folder, or nothing in it; give a path relative to where Terraform runs, or an absolute one."
  }
}

variable "schema_file" {
  description = "Data set schema (JSON) to upload together with the CSV that its field `file` names relative to it."
  type        = string

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

variable "force_destroy" {
  description = "Whether destroying the bucket deletes every object and version in it first, results and models included."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the objects; null for keys that S3 manages (SSE-S3)."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn is \"${format("%v", var.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "prefixes" {
  description = "Key prefixes, without a slash at the end, under which code, data and schema are stored, each in a folder named by its content's hash."
  type = object({
    code   = optional(string, "scripts/jobs")
    data   = optional(string, "data/training")
    schema = optional(string, "data/schema")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for prefix in values(var.prefixes) : can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", prefix))])
    error_message = "prefixes are ${join(", ", values(var.prefixes))}: use letters, digits, dots, hyphens and underscores, with single slashes only in between."
  }
}

variable "retention" {
  description = "Days after which S3 deletes noncurrent versions and parts of unfinished uploads, and a map from key prefix to the days after which objects under it expire."
  type = object({
    noncurrent_version_days = optional(number, 30)
    unfinished_upload_days  = optional(number, 7)
    prefix_days             = optional(map(number), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for days in concat([var.retention.noncurrent_version_days, var.retention.unfinished_upload_days], values(var.retention.prefix_days)) :
      days >= 1 && floor(days) == days
    ])
    error_message = "retention has a value that is not a whole number of days, 1 or more: ${jsonencode(var.retention)}."
  }

  validation {
    condition     = alltrue([for prefix in keys(var.retention.prefix_days) : can(regex("^[^/].*/$", prefix))])
    error_message = "retention.prefix_days has the prefixes ${join(", ", keys(var.retention.prefix_days))}: each must end with a slash and not begin with one, so that data/old/ never matches data/older."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
