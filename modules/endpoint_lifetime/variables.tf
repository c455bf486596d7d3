variable "endpoint_arn" {
  description = "ARN of the endpoint to delete; the time counts from when Terraform created it."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sagemaker:[a-z0-9-]+:[0-9]{12}:endpoint/.+$", var.endpoint_arn))
    error_message = "endpoint_arn is \"${var.endpoint_arn}\": give an endpoint's ARN, arn:aws:sagemaker:REGION:ACCOUNT:endpoint/NAME."
  }
}

variable "endpoint_name" {
  description = "Name of that endpoint, 1 to 59 characters; the schedule and its role are called NAME-ends."
  type        = string

  validation {
    condition     = length(var.endpoint_name) <= 59 && can(regex("^[A-Za-z0-9](-*[A-Za-z0-9])*$", var.endpoint_name))
    error_message = "endpoint_name is \"${var.endpoint_name}\": use 1 to 59 letters, digits and hyphens, with a letter or digit at both ends (a schedule's name has at most 64 characters, and -ends is added)."
  }
}

variable "hours" {
  description = "Hours after its creation at which the endpoint is deleted: a whole number from 1 to 8760, a year."
  type        = number

  validation {
    condition     = var.hours >= 1 && var.hours <= 8760 && floor(var.hours) == var.hours
    error_message = "hours is ${var.hours}: give a whole number from 1 to 8760, or leave the module out for an endpoint that stays."
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
  description = "Name of the role that the schedule calls SageMaker with, 1 to 64 letters, digits and hyphens; null for NAME-ends."
  type        = string
  default     = null

  validation {
    condition     = var.role_name == null || can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,63}$", var.role_name))
    error_message = "role_name is \"${format("%v", var.role_name)}\": use 1 to 64 letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "tags" {
  description = "Tags of the role, beside the provider's default tags (a schedule takes none)."
  type        = map(string)
  default     = {}
  nullable    = false
}
