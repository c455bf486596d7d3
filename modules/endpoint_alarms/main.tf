locals {
  dimensions = {
    EndpointName = var.endpoint_name
    VariantName  = var.variant_name
  }
  # ModelLatency is in microseconds.
  alarms = {
    errors-4xx = {
      metric    = "Invocation4XXErrors"
      statistic = "Sum"
      threshold = var.limits.client_errors
      meaning   = "requests that the model refuses (4XX): malformed rows, a wrong content type, an unknown target model"
    }
    errors-5xx = {
      metric    = "Invocation5XXErrors"
      statistic = "Sum"
      threshold = var.limits.server_errors
      meaning   = "requests that the model fails at (5XX)"
    }
    latency = {
      metric    = "ModelLatency"
      statistic = "Average"
      threshold = var.limits.latency_milliseconds * 1000
      meaning   = "time that the containers take to answer, in microseconds"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.endpoint_name}-${each.key}"
  alarm_description   = "Endpoint ${var.endpoint_name}: ${each.value.meaning}."
  namespace           = "AWS/SageMaker"
  metric_name         = each.value.metric
  dimensions          = local.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = var.period_seconds
  evaluation_periods  = var.evaluation_periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.action_arns
  ok_actions          = var.action_arns
  tags                = var.tags
}
