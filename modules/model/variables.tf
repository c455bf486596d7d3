variable "containers" {
  description = "Containers that a request passes in this order, 1 to 15: the ECR image URI, the model archive (a local model.tar.gz that the module uploads, or the S3 URL of one that is there; neither for an image that holds its model), environment variables, and a host name."
  type = list(object({
    image          = string
    archive        = optional(string)
    model_data_url = optional(string)
    environment    = optional(map(string), {})
    hostname       = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.containers) >= 1 && length(var.containers) <= 15
    error_message = "containers has ${length(var.containers)} elements: a model takes 1 to 15."
  }

  validation {
    condition     = alltrue([for container in var.containers : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", container.image))])
    error_message = "containers has an image that is not ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG: ${join(", ", var.containers[*].image)}."
  }

  validation {
    condition     = alltrue([for container in var.containers : container.archive == null || try(fileexists(container.archive), false)])
    error_message = "containers has an archive that is no file: ${join(", ", [for container in var.containers : container.archive if container.archive != null && !try(fileexists(container.archive), false)])}; give a path relative to where Terraform runs, or an absolute one."
  }

  validation {
    condition = alltrue([
      for container in var.containers : container.model_data_url == null || (container.archive == null && can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+\\.tar\\.gz$", container.model_data_url)))
    ])
    error_message = "containers has a model_data_url beside an archive, or one that is not s3://BUCKET/KEY.tar.gz: ${join(", ", [for container in var.containers : container.model_data_url if container.model_data_url != null])}."
  }
}

variable "name" {
  description = "Name of the model: 1 to 63 letters, digits and inner hyphens."
  type        = string

  validation {
    condition     = length(var.name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": a model takes 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "storage" {
  description = "Bucket of the archives, the key prefix (no slash at the end) that they are uploaded under and that the role may read, other prefixes that it may read (of models that take this one's place on an endpoint), prefixes that endpoints of the model write captured data under, and the bucket's KMS key if it has one."
  type = object({
    bucket         = string
    prefix         = string
    read_prefixes  = optional(set(string), [])
    write_prefixes = optional(set(string), [])
    kms_key_arn    = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition     = alltrue([for prefix in concat([var.storage.prefix], tolist(var.storage.read_prefixes), tolist(var.storage.write_prefixes)) : can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", prefix))])
    error_message = "storage has a prefix with a slash at an end, a wildcard or nothing in it (${join(", ", concat([var.storage.prefix], tolist(var.storage.read_prefixes), tolist(var.storage.write_prefixes)))}): write models/serving, not /models/serving/."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "network_isolation" {
  description = "Whether the containers run without any network of their own, which all that serve an archive can; those that call other services need false."
  type        = bool
  default     = true
  nullable    = false
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
  description = "Name of the role, 1 to 64 letters, digits and hyphens; null for the model's name."
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

variable "used_by" {
  description = "What uses the model: names of its endpoints and transform jobs, whose logs its role may write, and of the alarms that roll its endpoints back; * and ? count as in policies. Null for any, an empty set for none."
  type = object({
    endpoint_names       = optional(set(string))
    transform_job_names  = optional(set(string))
    rollback_alarm_names = optional(set(string))
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue(flatten([
      for names in [var.used_by.endpoint_names, var.used_by.transform_job_names] :
      [for name in names : can(regex("^[A-Za-z0-9*?-]{1,63}$", name))] if names != null
    ]))
    error_message = "used_by is ${jsonencode(var.used_by)}: endpoints and transform jobs have names of 1 to 63 letters, digits and hyphens, and * and ? stand for more and for one of them."
  }

  validation {
    condition     = try(length(var.used_by.endpoint_names) > 0, true) || try(length(var.used_by.transform_job_names) > 0, true)
    error_message = "used_by has neither endpoint_names nor transform_job_names: a model that nothing uses needs no role; name one of them, or leave one null for any."
  }
}
