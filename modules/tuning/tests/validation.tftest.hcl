# Every validation refuses what it is there for.
mock_provider "aws" {
  source = "../../tests/terraform/mocks"
}

variables {
  name         = "churn"
  request_name = "churn-tuning"
  images       = { team_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/xgboost:1.7-1" }
  storage      = { bucket = "team-ml", read_prefixes = ["in"] }
  templates = {
    preprocessing = "tests/fixtures/preprocess.json.tftpl"
    request       = "tests/fixtures/request.json.tftpl"
    values        = { version = "7" }
  }
}

run "refuses_name" {
  command = plan

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

run "refuses_request_name" {
  command = plan

  variables {
    request_name = "under_score"
  }

  expect_failures = [var.request_name]
}

run "refuses_job_names" {
  command = plan

  variables {
    job_names = ["under_score"]
  }

  expect_failures = [var.job_names]
}

run "refuses_bucket" {
  command = plan

  variables {
    storage = { bucket = "Team", read_prefixes = [] }
  }

  expect_failures = [var.storage]
}

run "refuses_prefix" {
  command = plan

  variables {
    storage = { bucket = "team-ml", read_prefixes = ["in/"] }
  }

  expect_failures = [var.storage]
}

run "refuses_bucket_key" {
  command = plan

  variables {
    storage = { bucket = "team-ml", read_prefixes = [], kms_key_arn = "alias/x" }
  }

  expect_failures = [var.storage]
}

run "refuses_templates" {
  command = plan

  variables {
    templates = { preprocessing = "none", request = "none", values = {} }
  }

  expect_failures = [var.templates]
}

run "refuses_image" {
  command = plan

  variables {
    images = { team_image = "xgboost:latest" }
  }

  expect_failures = [var.images]
}

run "refuses_boundary" {
  command = plan

  variables {
    permissions_boundary_arn = "boundary"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "refuses_strategy" {
  command = plan

  variables {
    search = { strategy = "Grid" }
  }

  expect_failures = [var.search]
}

run "refuses_max_trials" {
  command = plan

  variables {
    search = { max_trials = 751 }
  }

  expect_failures = [var.search]
}

run "refuses_parallel" {
  command = plan

  variables {
    search = { max_trials = 2, max_parallel_trials = 3 }
  }

  expect_failures = [var.search]
}

run "refuses_runtime" {
  command = plan

  variables {
    search = { max_runtime_seconds = 60 }
  }

  expect_failures = [var.search]
}

run "refuses_hyperband_early_stopping" {
  command = plan

  variables {
    search = { strategy = "Hyperband", early_stopping = true }
  }

  expect_failures = [var.search]
}

run "refuses_hyperband_rounds" {
  command = plan

  variables {
    search = { hyperband_min_rounds = 0 }
  }

  expect_failures = [var.search]
}

run "refuses_range" {
  command = plan

  variables {
    search = { ranges = { eta = { min = 1, max = 1 } } }
  }

  expect_failures = [var.search]
}

run "refuses_scaling" {
  command = plan

  variables {
    search = { ranges = { eta = { min = 1, max = 2, scaling = "Log" } } }
  }

  expect_failures = [var.search]
}

run "refuses_not_improving" {
  command = plan

  variables {
    completion = { max_trials_not_improving = 2 }
  }

  expect_failures = [var.completion]
}

run "refuses_instance_type" {
  command = plan

  variables {
    training = { instance_type = "m5.large" }
  }

  expect_failures = [var.training]
}

run "refuses_training_runtime" {
  command = plan

  variables {
    training = { max_runtime_seconds = 0 }
  }

  expect_failures = [var.training]
}

run "refuses_num_round" {
  command = plan

  variables {
    training = { hyperparameters = { num_round = "0" } }
  }

  expect_failures = [var.training]
}

run "refuses_too_many_parents" {
  command = plan

  variables {
    warm_start = { parents = ["a", "b", "c", "d", "e", "f"] }
  }

  expect_failures = [var.warm_start]
}

run "refuses_warm_start_type" {
  command = plan

  variables {
    warm_start = { type = "Same" }
  }

  expect_failures = [var.warm_start]
}

run "refuses_more_trials_than_points" {
  command = plan

  variables {
    search = {
      max_trials = 7
      ranges     = { max_depth = { min = 3, max = 4, integer = true }, min_child_weight = { min = 1, max = 3, integer = true } }
    }
  }

  expect_failures = [aws_s3_object.definition]
}

run "takes_as_many_trials_as_points" {
  command = plan

  variables {
    search = {
      max_trials = 6
      ranges     = { max_depth = { min = 3, max = 4, integer = true }, min_child_weight = { min = 1, max = 3, integer = true } }
    }
  }

  assert {
    condition     = jsondecode(output.definition).request.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs == 6
    error_message = "6 trials on 2 x 3 points must be planned: ${output.definition}"
  }
}

run "takes_any_trials_with_a_continuous_range" {
  command = plan

  variables {
    search = {
      max_trials = 700
      ranges     = { max_depth = { min = 3, max = 4, integer = true }, eta = { min = 0.1, max = 0.2 } }
    }
  }

  assert {
    condition     = jsondecode(output.definition).request.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs == 700
    error_message = "a continuous range has no end of points: ${output.definition}"
  }
}

run "refuses_tuned_and_static" {
  command = plan

  variables {
    search = { ranges = { num_round = { min = 1, max = 2, integer = true } } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "refuses_a_number_that_xgboost_does_not_take" {
  command = plan

  variables {
    images = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    search = { ranges = { eta = { min = 0.1, max = 3 } } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "refuses_an_end_that_is_excluded" {
  command = plan

  variables {
    images = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    search = { ranges = { subsample = { min = 0, max = 1 } } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "refuses_a_range_that_xgboost_does_not_know" {
  command = plan

  variables {
    images = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    search = { ranges = { depth = { min = 3, max = 10, integer = true } } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "refuses_fractions_of_a_whole_number" {
  command = plan

  variables {
    images = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    search = { ranges = { max_depth = { min = 3, max = 10 } } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "refuses_a_hyperparameter_that_xgboost_does_not_know" {
  command = plan

  variables {
    images   = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    training = { hyperparameters = { rounds = "7" } }
  }

  expect_failures = [aws_s3_object.definition]
}

run "leaves_hyperparameters_of_another_image_alone" {
  command = plan

  variables {
    search   = { ranges = { eta = { min = 0.1, max = 3 }, depth = { min = 3, max = 10 } } }
    training = { hyperparameters = { rounds = "7" } }
  }
}

run "takes_what_xgboost_takes" {
  command = plan

  variables {
    images   = { team_image = "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1" }
    search   = { ranges = { eta = { min = 0, max = 1 }, max_depth = { min = 0, max = 50, integer = true } } }
    training = { hyperparameters = { tree_method = "hist", subsample = "0.5", num_round = "50" } }
  }
}
