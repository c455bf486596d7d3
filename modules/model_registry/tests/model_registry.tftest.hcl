# The provider is mocked: no account, no credentials, no network.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name = "churn-models"
}

run "private_group" {
  command = plan

  assert {
    condition     = length(aws_sagemaker_model_package_group_policy.this) == 0
    error_message = "Without consumers nobody else is let in."
  }

  assert {
    condition     = output.model_package_group_name == "churn-models"
    error_message = "The group is called ${output.model_package_group_name}."
  }
}

run "shared_group" {
  command = plan

  variables {
    consumer_account_ids = ["111122223333"]
  }

  assert {
    condition     = aws_sagemaker_model_package_group_policy.this[0].model_package_group_name == "churn-models"
    error_message = "Consumers get a policy on the group."
  }
}

run "validations" {
  command = plan

  variables {
    name                 = "churn_models"
    consumer_account_ids = ["1111"]
    description          = ""
  }

  expect_failures = [var.name, var.consumer_account_ids, var.description]
}
