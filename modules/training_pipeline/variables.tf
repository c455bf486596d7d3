variable "definition" {
  description = "Pipeline definition: the path of a JSON template as templatefile() reads it, values for its own tokens, and new defaults for its parameters by name. The README lists the tokens that the module fills by itself."
  type = object({
    template           = string
    values             = optional(map(string), {})
    parameter_defaults = optional(map(string), {})
  })

  validation {
    condition     = try(fileexists(var.definition.template), false)
    error_message = "definition.template is \"${var.definition.template}\": no such file; give a path relative to where Terraform runs, or an absolute one."
  }
}

variable "name" {
  description = "Beginning of the roles' names, NAME-pipeline and NAME-job: 1 to 55 letters, digits and hyphens."
  type        = string

  validation {
    condition     = length(var.name) <= 55 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": use 1 to 55 letters, digits and hyphens, with a letter or digit at both ends (a role's name has at most 64 characters, and -pipeline is added)."
  }
}

variable "storage" {
  description = "Bucket of the jobs, the key prefixes (no slash at the end) under which jobs read and those under which they read and write, the prefix of the published definition, and the bucket's KMS key if it has one."
  type = object({
    bucket            = string
    read_prefixes     = set(string)
    write_prefixes    = set(string)
    definition_prefix = optional(string, "definitions")
    kms_key_arn       = optional(string)
  })

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.storage.bucket))
    error_message = "storage.bucket is \"${var.storage.bucket}\": give a bucket's name (3 to 63 lower case letters, digits, dots and hyphens), not an ARN or an address."
  }

  validation {
    condition = alltrue([
      for prefix in concat(tolist(var.storage.read_prefixes), tolist(var.storage.write_prefixes), [var.storage.definition_prefix]) :
      can(regex("^[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*$", prefix))
    ])
    error_message = "storage has a prefix with a slash at an end, a wildcard or nothing in it (${join(", ", concat(tolist(var.storage.read_prefixes), tolist(var.storage.write_prefixes), [var.storage.definition_prefix]))}): write data/training, not /data/training/ or data/*."
  }

  validation {
    condition     = length(var.storage.write_prefixes) > 0
    error_message = "storage.write_prefixes is empty: jobs need at least one prefix to write their results under, e.g. [\"pipeline\"]."
  }

  validation {
    condition     = var.storage.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.storage.kms_key_arn))
    error_message = "storage.kms_key_arn is \"${format("%v", var.storage.kms_key_arn)}\": give a key's ARN (arn:aws:kms:REGION:ACCOUNT:key/ID), not an alias or an id, or null."
  }
}

variable "description" {
  description = "What the pipeline does, for people who browse pipelines; up to 3072 characters."
  type        = string
  default     = "Prepares data, trains, evaluates and registers a model that is good enough."
  nullable    = false

  validation {
    condition     = length(var.description) >= 1 && length(var.description) <= 3072
    error_message = "description has ${length(var.description)} characters: SageMaker takes 1 to 3072."
  }
}

variable "images" {
  description = "Map from token to the ECR image URI that fills it; the jobs' role may pull these images and no others."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for uri in values(var.images) : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.[a-z.-]+/[a-z0-9._/-]+(:|@sha256:)[A-Za-z0-9._-]+$", uri))])
    error_message = "images has a value that is not ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG: ${join(", ", values(var.images))}."
  }
}

variable "max_parallel_steps" {
  description = "Steps that one execution may run at once, 1 or more; null for SageMaker's own limit."
  type        = number
  default     = null

  validation {
    condition     = try(var.max_parallel_steps >= 1 && floor(var.max_parallel_steps) == var.max_parallel_steps, var.max_parallel_steps == null)
    error_message = "max_parallel_steps is ${coalesce(var.max_parallel_steps, 0)}: give a whole number, 1 or more, or null."
  }
}

variable "model_package_group_name" {
  description = "Model package group that the pipeline registers versions in, also the token model_package_group; null for a pipeline that registers nothing."
  type        = string
  default     = null

  validation {
    condition     = var.model_package_group_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", var.model_package_group_name))
    error_message = "model_package_group_name is \"${format("%v", var.model_package_group_name)}\": a group's name has 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds both roles, where an organisation asks for one; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is \"${format("%v", var.permissions_boundary_arn)}\": give a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME) or null."
  }
}

variable "pipeline_name" {
  description = "Name of the pipeline, 1 to 256 letters, digits and hyphens; null for the value of name."
  type        = string
  default     = null

  validation {
    condition     = var.pipeline_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,255}$", var.pipeline_name))
    error_message = "pipeline_name is \"${format("%v", var.pipeline_name)}\": SageMaker takes 1 to 256 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
