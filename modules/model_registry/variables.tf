variable "name" {
  description = "Name of the model package group: 1 to 63 letters, digits and inner hyphens."
  type        = string

  validation {
    condition     = length(var.name) <= 63 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.name))
    error_message = "name is \"${var.name}\": a model package group takes 1 to 63 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "consumer_account_ids" {
  description = "AWS accounts (12 digits each) that may read and deploy the group's versions; none gives the group no policy."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.consumer_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "consumer_account_ids has ${join(", ", var.consumer_account_ids)}: an AWS account id is 12 digits."
  }
}

variable "description" {
  description = "What the group's models predict, for people who browse the registry; up to 1024 characters."
  type        = string
  default     = "Model versions registered by a training pipeline."
  nullable    = false

  validation {
    condition     = length(var.description) >= 1 && length(var.description) <= 1024
    error_message = "description has ${length(var.description)} characters: the registry takes 1 to 1024."
  }
}

variable "tags" {
  description = "Tags of every resource of this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
