output "ends_at" {
  description = "When the endpoint is deleted, in UTC (RFC 3339)."
  value       = local.ends_at
}

output "schedule_arn" {
  description = "ARN of the schedule; deleting it lets the endpoint stay."
  value       = aws_scheduler_schedule.this.arn
}
