# What a plan of the module holds. The provider is mocked: no account, no credentials, no network.
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

run "tokens_are_filled" {
  command = plan

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.RoleArn == "arn:aws:iam::123456789012:role/churn-tuning" && module.job_role.role_name == "churn-tuning"
    error_message = "The request names the role: ${aws_s3_object.definition.content}"
  }

  assert {
    condition     = startswith(jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.InputDataConfig[0].DataSource.S3DataSource.S3Uri, "s3://team-ml/tuning/splits/")
    error_message = "Splits lie under the prefix: ${aws_s3_object.definition.content}"
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.OutputDataConfig.S3OutputPath == "s3://team-ml/tuning/models"
    error_message = "Models lie under the prefix."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).preprocessing.Version == "7"
    error_message = "Values fill tokens."
  }

  assert {
    condition     = aws_s3_object.definition.key == "definitions/churn-tuning.json" && output.definition_uri == "s3://team-ml/definitions/churn-tuning.json"
    error_message = "definition_uri is ${output.definition_uri}."
  }
}

run "defaults_are_the_assessments" {
  command = plan

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.Strategy == "Bayesian" && jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.ResourceLimits == { MaxNumberOfTrainingJobs = 10, MaxParallelTrainingJobs = 2 }
    error_message = "Ten trials, two at once: ${aws_s3_object.definition.content}"
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName == "validation:rmse" && jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[0].MaxValue == "0.2"
    error_message = "What is not set stays as rendered."
  }

  assert {
    condition     = length(setintersection(keys(jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig), ["RandomSeed", "StrategyConfig", "TuningJobCompletionCriteria"])) == 0 && !can(jsondecode(aws_s3_object.definition.content).request.WarmStartConfig)
    error_message = "What is not set is not sent."
  }
}

run "everything_can_be_set" {
  command = plan

  variables {
    search = {
      strategy             = "Hyperband", max_trials = 30, max_parallel_trials = 5, max_runtime_seconds = 600, random_seed = 3
      hyperband_min_rounds = 2
      ranges               = { max_depth = { min = 2, max = 4, integer = true }, eta = { min = 0.01, max = 0.5, scaling = "Logarithmic" } }
    }
    completion = { target_objective = 0.9, max_trials_not_improving = 5, on_convergence = true }
    training   = { instance_type = "ml.m5.xlarge", max_runtime_seconds = 100, use_spot = true, hyperparameters = { num_round = "200", seed = "1" } }
    warm_start = { parents = ["b", "a"], type = "TransferLearning" }
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig == { MinResource = 2, MaxResource = 200 }
    error_message = "Hyperband goes up to num_round."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.ResourceLimits == { MaxNumberOfTrainingJobs = 30, MaxParallelTrainingJobs = 5, MaxRuntimeInSeconds = 600 } && jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.RandomSeed == 3
    error_message = "Limits and seed: ${aws_s3_object.definition.content}"
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges == [{ Name = "max_depth", MinValue = "2", MaxValue = "4", ScalingType = "Auto" }] && length(jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges) == 1
    error_message = "Ranges replace the rendered ones."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.HyperParameterTuningJobConfig.TuningJobCompletionCriteria == { TargetObjectiveMetricValue = 0.9, BestObjectiveNotImproving = { MaxNumberOfTrainingJobsNotImproving = 5 }, ConvergenceDetected = { CompleteOnConvergence = "Enabled" } }
    error_message = "Completion criteria."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.ResourceConfig == { InstanceCount = 1, InstanceType = "ml.m5.xlarge", VolumeSizeInGB = 5 } && jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.StoppingCondition == { MaxRuntimeInSeconds = 100, MaxWaitTimeInSeconds = 200 } && jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.EnableManagedSpotTraining
    error_message = "Spot and instances."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.TrainingJobDefinition.StaticHyperParameters == { num_round = "200", seed = "1" }
    error_message = "Static hyperparameters are merged."
  }

  assert {
    condition     = jsondecode(aws_s3_object.definition.content).request.WarmStartConfig == { ParentHyperParameterTuningJobs = [{ HyperParameterTuningJobName = "a" }, { HyperParameterTuningJobName = "b" }], WarmStartType = "TransferLearning" }
    error_message = "Parents."
  }
}

run "log_streams_begin_with_the_tuning_jobs_names" {
  command = plan

  assert {
    condition     = join(" ", local.log_streams) == "churn-tuning-"
    error_message = "log_streams is ${join(" ", local.log_streams)}."
  }
}

run "log_streams_of_given_names" {
  command = plan

  variables {
    job_names = ["t-churn-????????", "churn-2???????????"]
  }

  assert {
    condition     = join(" ", sort(local.log_streams)) == "churn-2???????????- t-churn-????????-"
    error_message = "log_streams is ${join(" ", local.log_streams)}."
  }
}
