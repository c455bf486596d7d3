output "alarm_arns" {
  description = "ARNs of the alarms by what they watch: errors-4xx, errors-5xx, latency."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn }
}

output "alarm_names" {
  description = "Names of all the alarms."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}

output "rollback_alarm_names" {
  description = "Names of the alarms that tell a bad deployment, errors of the model and latency: clients' own errors are no reason to roll back."
  value       = sort([for key, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name if key != "errors-4xx"])
}
