# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {}

variables {
  endpoint_name = "churn"
}

run "three_alarms" {
  command = plan

  assert {
    condition     = output.alarm_names == tolist(["churn-errors-4xx", "churn-errors-5xx", "churn-latency"])
    error_message = "Alarms: ${join(", ", output.alarm_names)}."
  }

  assert {
    condition     = output.rollback_alarm_names == tolist(["churn-errors-5xx", "churn-latency"])
    error_message = "Clients' errors are no reason to roll back: ${join(", ", output.rollback_alarm_names)}."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["latency"].threshold == 1000000 && aws_cloudwatch_metric_alarm.this["latency"].dimensions.VariantName == "AllTraffic"
    error_message = "ModelLatency is in microseconds, and of a variant."
  }
}

run "first_rule_of_each" {
  command = plan

  variables {
    action_arns        = ["topic"]
    endpoint_name      = "churn_"
    evaluation_periods = 0
    limits             = { server_errors = -1 }
    variant_name       = ""
  }

  expect_failures = [
    var.action_arns, var.endpoint_name, var.evaluation_periods, var.limits, var.variant_name,
  ]
}

# A variable is only checked where those that its rules compare it with are right.
run "period_that_there_is_not" {
  command = plan

  variables {
    period_seconds = 90
  }

  expect_failures = [var.period_seconds]
}
