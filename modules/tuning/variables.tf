variable "name" {
  description = "Beginning of the role's name, NAME-tuning: 1 to 57 letters, digits and hyphens."
  type        = string

  validation {
    condition     = length(var.name) <= 57 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 57 letters, digits and hyphens, with a letter or digit at both ends (a role's name has at most 64 characters, and -tuning is added)."
  }
}

variable "request_name" {
  description = "Name under which the filled request is published, and the beginning of the tuning jobs' names where it fits their 32 characters: letters, digits and hyphens."
  type        = string

  validation {
    condition     = length(var.request_name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.request_name))
    error_message = "request_name is \"${var.request_name}\": use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "storage" {
  description = "Bucket of the jobs, the key prefixes (no slash at the end) under which jobs read, the prefix under which they read and write splits and models, the prefix of the published request, and the bucket's KMS key if it has one."
  type = object({
    bucket            = string
    read_prefixes     = set(string)
    prefix            = optional(string, "tuning")
    definition_prefix = optional(string, "definitions")
    kms_key_arn       = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition = alltrue([
      for prefix in concat(tolist(var.storage.read_prefixes), [var.storage.prefix, var.storage.definition_prefix]) :
      can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", prefix))
    ])
    error_message = "storage has a prefix with a slash at an end, a wildcard or nothing in it (${join(", ", concat(tolist(var.storage.read_prefixes), [var.storage.prefix, var.storage.definition_prefix]))}): write data/training, not /data/training/ or data/*."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "templates" {
  description = "Paths of the templates of the tuning request and of the job that prepares its data, as templatefile() reads them, and values for their own tokens, which also name the splits: code_uri, input_data_uri, schema_uri."
  type = object({
    preprocessing = string
    request       = string
    values        = map(string)
  })

  validation {
    condition     = try(fileexists(var.templates.request) && fileexists(var.templates.preprocessing), false)
    error_message = "templates names \"${var.templates.request}\" and \"${var.templates.preprocessing}\": one is no file; give paths relative to where Terraform runs, or absolute ones."
  }
}

variable "images" {
  description = "Map from token to the ECR image URI that fills it; the trials' role may pull these images and no others."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for uri in values(var.images) : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", uri))])
    error_message = "images has a value that is not ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG: ${join(", ", values(var.images))}."
  }
}

variable "job_names" {
  description = "Patterns (* and ? as in policies) of the tuning jobs' names, whose trials and preparing job may write logs; empty for names that begin with request_name and a hyphen."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.job_names : can(regex("^[A-Za-z0-9][A-Za-z0-9*?-]{0,31}$", name))])
    error_message = "job_names is ${join(", ", var.job_names)}: give patterns of 1 to 32 letters, digits, hyphens, * and ?, such as churn-tuning-????????."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the role, where an organisation asks for one; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${format("%v", var.permissions_boundary_arn)}\": give a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME) or null."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
