output "bucket" {
  description = "Name of the team's bucket."
  value       = module.storage.bucket
}

output "pipeline_name" {
  description = "Name of the profiling pipeline."
  value       = module.profiling.pipeline_name
}
