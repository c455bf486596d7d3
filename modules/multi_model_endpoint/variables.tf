variable "image" {
  description = "ECR URI of the container image that loads the models; it must support multi-model endpoints, as AWS's XGBoost image does."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", var.image))
    error_message = "image is \"${var.image}\": give ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG."
  }
}

variable "name" {
  description = "Name of the endpoint, its model and its role, 1 to 53 letters, digits and inner hyphens; its configurations are called NAME-HASHES."
  type        = string

  validation {
    condition     = length(var.name) <= 53 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 53 letters, digits and hyphens, with a letter or digit at both ends (a configuration's name has at most 63 characters, and -HASHES is added)."
  }
}

variable "storage" {
  description = "Bucket of the models, the key prefix (no slash at the end) that they lie under, and the bucket's KMS key if it has one."
  type = object({
    bucket      = string
    prefix      = string
    kms_key_arn = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", var.storage.prefix))
    error_message = "storage.prefix is \"${var.storage.prefix}\": write models/multi, without a slash at an end, a wildcard, or nothing in it."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "front" {
  description = "A container that every request passes before the model, an encoder say: its ECR image URI, the path of its model.tar.gz, and environment variables. All models share it. Null for none."
  type = object({
    image       = string
    archive     = string
    environment = optional(map(string), {})
  })
  default  = null
  nullable = true

  validation {
    condition     = var.front == null || try(fileexists(var.front.archive), false)
    error_message = "front.archive is \"${try(var.front.archive, "")}\": no such file; give a path relative to where Terraform runs, or an absolute one."
  }

  validation {
    condition     = var.front == null || can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", var.front.image))
    error_message = "front.image is \"${try(var.front.image, "")}\": give ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG."
  }
}

variable "instances" {
  description = "Type and number of the instances; each bills by the hour until the endpoint is deleted. A multi-model endpoint cannot be serverless."
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

variable "model_cache" {
  description = "Whether models stay in memory after a request. With many models that are each asked for rarely, false saves the eviction."
  type        = bool
  default     = true
  nullable    = false
}

variable "models" {
  description = "Models to begin with: target name, which is the key under the prefix and ends in .tar.gz, to the path of the archive. Others are added as objects, without Terraform."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for target in keys(var.models) : can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*\\.tar\\.gz$", target))])
    error_message = "models has the target names ${join(", ", keys(var.models))}: each is a key such as model-a.tar.gz, of letters, digits, dots, hyphens and underscores, with slashes only in between."
  }

  validation {
    condition     = alltrue([for file in values(var.models) : try(fileexists(file), false)])
    error_message = "models names files that are not there: ${join(", ", [for file in values(var.models) : file if !try(fileexists(file), false)])}; give paths relative to where Terraform runs, or absolute ones."
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

variable "role_name" {
  description = "Name of the role, 1 to 64 letters, digits and hyphens; null for the endpoint's name."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,63}$", var.role_name))
    error_message = "role_name is \"${format("%v", var.role_name)}\": use 1 to 64 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "variant_name" {
  description = "Name of the production variant, 1 to 63 letters, digits and inner hyphens."
  type        = string
  default     = "AllTraffic"
  nullable    = false

  validation {
    condition     = length(var.variant_name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.variant_name))
    error_message = "variant_name is \"${var.variant_name}\": use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}
