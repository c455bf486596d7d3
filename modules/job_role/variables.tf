variable "description" {
  description = "What the role is for, for people who browse roles: 1 to 1000 characters."
  type        = string

  validation {
    condition     = length(var.description) >= 1 && length(var.description) <= 1000
    error_message = "description has ${length(var.description)} characters: IAM takes 1 to 1000."
  }
}

variable "log_streams" {
  description = "Log groups that the role writes to, and what the names of its streams there begin with, which is the name of the job; * and ? count as in policies, and \"\" is any stream."
  type        = map(set(string))
  nullable    = false

  validation {
    condition     = length(var.log_streams) > 0 && alltrue([for group, beginnings in var.log_streams : can(regex("^/aws/sagemaker/[A-Za-z0-9_/*?-]+$", group)) && length(beginnings) > 0])
    error_message = "log_streams is ${jsonencode(var.log_streams)}: give at least one log group of SageMaker's, each with at least one beginning, such as { \"/aws/sagemaker/ProcessingJobs\" = [\"acme-reports-\"] }."
  }
}

variable "name" {
  description = "Name of the role: 1 to 64 letters, digits and hyphens."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name)) && length(var.name) <= 64
    error_message = "name is \"${var.name}\": use 1 to 64 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "storage" {
  description = "Bucket, the key prefixes (no slash at the end) under which the role reads and those under which it reads and writes, the bucket's KMS key if it has one, and whether the role may encrypt with that key and not only decrypt. Without prefixes, own_statements say what it may read and write."
  type = object({
    bucket         = string
    read_prefixes  = optional(set(string), [])
    write_prefixes = optional(set(string), [])
    kms_key_arn    = optional(string)
    encrypts       = optional(bool, true)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition     = alltrue([for prefix in setunion(var.storage.read_prefixes, var.storage.write_prefixes) : can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", prefix))])
    error_message = "storage has a prefix with a slash at an end, a wildcard or nothing in it (${join(", ", setunion(var.storage.read_prefixes, var.storage.write_prefixes))}): write data/training, not /data/training/ or data/*."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "images" {
  description = "ECR image URIs whose repositories the role may pull from, and no others."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for uri in var.images : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", uri))])
    error_message = "images has a value that is not ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG: ${join(", ", var.images)}."
  }
}

variable "own_statements" {
  description = "Policy document (JSON, as aws_iam_policy_document writes it) of the statements that this role alone has, before those that all such roles have; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.own_statements == null || can(keys(jsondecode(var.own_statements)))
    error_message = "own_statements is no policy document: give the attribute json of an aws_iam_policy_document, or null."
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

variable "policy_name" {
  description = "Name of the role's inline policy: 1 to 128 letters, digits and hyphens."
  type        = string
  default     = "run-jobs"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,128}$", var.policy_name))
    error_message = "policy_name is \"${var.policy_name}\": use 1 to 128 letters, digits and hyphens."
  }
}

variable "tags" {
  description = "Tags of the role, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
