# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  endpoint_arn  = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn"
  endpoint_name = "churn"
  hours         = 6
}

run "ends_once" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.this.schedule_expression == "at(${formatdate("YYYY-MM-DD'T'hh:mm:ss", timeadd(terraform_data.created.output, "6h"))})"
    error_message = "schedule_expression is ${aws_scheduler_schedule.this.schedule_expression}."
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].arn == "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint" && aws_scheduler_schedule.this.target[0].input == "{\"EndpointName\":\"churn\"}"
    error_message = "Scheduler calls SageMaker itself."
  }
}

run "later_hours_move_the_end_and_not_the_beginning" {
  command = apply

  variables {
    hours = 8
  }

  assert {
    condition     = output.ends_at == timeadd(run.ends_once.ends_at, "2h")
    error_message = "The end moved from ${run.ends_once.ends_at} to ${output.ends_at}."
  }
}

run "rules" {
  command = plan

  variables {
    endpoint_arn             = "churn"
    endpoint_name            = "-churn"
    hours                    = 0.5
    permissions_boundary_arn = "boundary"
    role_name                = "a b"
  }

  expect_failures = [
    var.endpoint_arn, var.endpoint_name, var.hours, var.permissions_boundary_arn, var.role_name,
  ]
}
