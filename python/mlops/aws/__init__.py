"""What commands, validate and demo share: AWS clients, S3, jobs and executions, names, Terraform."""
