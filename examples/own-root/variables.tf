variable "image" {
  description = "ECR image with Python that the jobs run in."
  type        = string
}

variable "kms_key_arn" {
  description = "The team's key, which encrypts all that lies in the bucket."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
  nullable    = false
}

variable "stage" {
  description = "Stage of the platform, part of every name."
  type        = string
  default     = "dev"
  nullable    = false
}
