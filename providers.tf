provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Project = "sagemaker-mlops", StudentId = var.student_id }, var.tags)
  }
}
