"""What CreateHyperParameterTuningJob refuses beyond the API model.

Wordings are AWS's where they are known.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws.api.errors import validation_error
from localaws.api.validation import parse
from localaws.images.xgboost_algorithm.deviations import objective_warning
from localaws.images.xgboost_algorithm.metrics import MAXIMIZED, MINIMIZED
from localaws.services.sagemaker.jobs import checks, training_checks
from localaws.services.sagemaker.jobs.metrics import built_in_definitions, objective_definition
from localaws.services.sagemaker.jobs.training_described import own_algorithm
from localaws.services.sagemaker.tuning.definitions import OBJECTIVE_PARAMETER, Definition, read_definitions

if TYPE_CHECKING:
    from localaws.account import Account

__all__ = ["check"]

_logger = logging.getLogger(__name__)

# Hyperparameters from whose static value AWS infers Hyperband's MaxResource.
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
_MOST_PARALLEL = 100
_MOST_TRIALS = 750


def check(stack: Account, request: dict[str, Any]) -> list[Definition]:
    """Check a parsed request and fill in what the service fills in (the objective of a built-in algorithm, Hyperband's
    MaxResource); the definitions. Raises ValidationException for a request that could not run."""
    config = request["HyperParameterTuningJobConfig"]
    if "Autotune" in request:
        raise validation_error("The local stack has no Autotune: give the ranges, or run on AWS.")
    _check_shape(request, config)
    for given in request.get("TrainingJobDefinitions") or [request["TrainingJobDefinition"]]:
        _check_image(stack, given)
    definitions = read_definitions(request)
    for definition in definitions:
        _check_definition(stack, definition)
    _check_strategy(config, definitions)
    _check_limits(config, definitions)
    return definitions


def _check_shape(request: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    one, several = "TrainingJobDefinition" in request, "TrainingJobDefinitions" in request
    if one == several:
        raise validation_error("Specify either TrainingJobDefinition or TrainingJobDefinitions, and not both.")
    if one:
        for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
            if member not in config:
                raise validation_error(
                    f"{member} must be specified in the HyperParameterTuningJobConfig with TrainingJobDefinition."
                )
        return
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if member in config:
            raise validation_error(
                f"With TrainingJobDefinitions {member} belongs into each definition, not HyperParameterTuningJobConfig."
            )
    names = [given.get("DefinitionName") for given in request["TrainingJobDefinitions"]]
    if None in names or len(set(names)) < len(names):
        raise validation_error("Each of the TrainingJobDefinitions needs a DefinitionName of its own.")
    for given in request["TrainingJobDefinitions"]:
        if "TuningObjective" not in given or "HyperParameterRanges" not in given:
            raise validation_error(
                f"TrainingJobDefinition [{given['DefinitionName']}] needs a TuningObjective and HyperParameterRanges."
            )
    if len(names) > 1:
        _check_single(request, config)
    if len({given["TuningObjective"]["Type"] for given in request["TrainingJobDefinitions"]}) > 1:
        raise validation_error("All TrainingJobDefinitions must have an objective of the same Type to be compared.")


def _check_single(request: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/multiple-algorithm-hpo.html
    refused = {
        "WarmStartConfig": "WarmStartConfig" in request,
        "TrainingJobEarlyStoppingType Auto": config.get("TrainingJobEarlyStoppingType") == "Auto",
    }
    if found := [member for member, given in refused.items() if given]:
        raise validation_error(
            f"{' and '.join(found)}: warm start and early stopping are available only for a single algorithm, and "
            f"there are [{len(request['TrainingJobDefinitions'])}] TrainingJobDefinitions. Leave it out, or tune them "
            "one by one."
        )


def _check_image(stack: Account, given: dict[str, Any]) -> None:
    algorithm = given["AlgorithmSpecification"]
    if "TrainingImage" not in algorithm:
        raise validation_error("AlgorithmSpecification needs TrainingImage: the local stack has no other algorithms.")
    checks.check_image(stack, algorithm["TrainingImage"])


def _check_definition(stack: Account, definition: Definition) -> None:
    given: Any = definition.given
    algorithm = given["AlgorithmSpecification"]
    static = given.get("StaticHyperParameters", {})
    tuned = [dimension.name for dimension in definition.space.dimensions]
    if both := sorted(set(static) & set(tuned)):
        raise validation_error(
            f"The hyperparameters [{', '.join(both)}] are in the static hyperparameters and in the ranges: a "
            "hyperparameter is either static or tuned."
        )
    metrics = [each["Name"] for each in algorithm.get("MetricDefinitions", ())]
    if own := own_algorithm(stack, algorithm["TrainingImage"], static):
        # What a description showed comes back with an attached tuner, and overrides nothing.
        known = [*built_in_definitions(own), objective_definition(definition.metric)]
        foreign = [each for each in algorithm.pop("MetricDefinitions", ()) if each not in known]
        _check_built_in(definition, algorithm["TrainingImage"], bool(foreign))
        tag = algorithm["TrainingImage"].rpartition(":")[2]
        if warning := objective_warning({**static, OBJECTIVE_PARAMETER: definition.metric}, tag):
            _logger.warning("CreateHyperParameterTuningJob: %s", warning)
    elif definition.metric not in metrics:
        raise validation_error(
            f"The objective metric, [{definition.metric}], isn't in the metric definitions [{', '.join(metrics)}]. "
            "Define a regular expression for it in MetricDefinitions."
        )
    given.setdefault("StaticHyperParameters", {})[OBJECTIVE_PARAMETER] = definition.metric
    # Whatever would stop the first trial from being created stops the tuning job here.
    middle = definition.space.point([0.5] * len(tuned))
    training_checks.check(stack, parse("CreateTrainingJob", definition.training_request("trial", middle, [])))


def _check_built_in(definition: Definition, image: str, defines_metrics: bool) -> None:
    if defines_metrics:
        raise validation_error(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    algorithm = image.partition("@")[0]
    channel, _, metric = definition.metric.partition(":")
    if channel != "validation" or metric not in (*MAXIMIZED, *MINIMIZED):
        raise validation_error(
            f"The objective metric, [{definition.metric}], isn't valid for the [{algorithm}] algorithm. Choose a valid "
            f"objective metric: validation:{', validation:'.join(sorted((*MAXIMIZED, *MINIMIZED)))}."
        )
    if definition.maximize != (metric in MAXIMIZED):
        wrong = "Maximize" if definition.maximize else "Minimize"
        raise validation_error(
            f"The objective metric type, [{wrong}], that you specified for objective metric, [{definition.metric}], "
            f"isn't valid for the [{algorithm}] algorithm. Choose a valid objective metric type."
        )


def _check_strategy(config: dict[str, Any], definitions: list[Definition]) -> None:
    strategy = config["Strategy"]
    if strategy == "Grid":
        for dimension in (each for definition in definitions for each in definition.space.dimensions):
            if dimension.kind != "categorical":
                raise validation_error(
                    "Grid search supports categorical hyperparameter ranges only, and the range of hyperparameter "
                    f"[{dimension.name}] is {dimension.kind}."
                )
    if strategy == "Hyperband":
        if config.get("TrainingJobEarlyStoppingType") == "Auto":
            raise validation_error(
                "TrainingJobEarlyStoppingType must be Off with the Hyperband strategy: it stops training jobs itself."
            )
        _check_hyperband(config, definitions)
    elif "StrategyConfig" in config:
        raise validation_error(f"StrategyConfig is for the Hyperband strategy, and Strategy is [{strategy}].")


def _check_hyperband(config: dict[str, Any], definitions: list[Definition]) -> None:
    resources = config.setdefault("StrategyConfig", {}).setdefault("HyperbandStrategyConfig", {})
    if "MaxResource" not in resources:
        static = definitions[0].given.get("StaticHyperParameters", {})
        epochs = next((static[name] for name in _EPOCHS if name in static), "")
        if not epochs.isdecimal():
            raise validation_error(
                "MaxResource parameter is not provided and could not be inferred from provided static hyperparameters "
                "of TrainingJobDefinition. For XGBoost set it to num_round."
            )
        resources["MaxResource"] = int(epochs)
    if resources.get("MinResource", 1) > resources["MaxResource"]:
        raise validation_error(
            f"MinResource [{resources['MinResource']}] of HyperbandStrategyConfig must not be greater than MaxResource "
            f"[{resources['MaxResource']}]."
        )


def _check_limits(config: Mapping[str, Any], definitions: list[Definition]) -> None:
    limits = config["ResourceLimits"]
    trials, parallel = limits.get("MaxNumberOfTrainingJobs"), limits["MaxParallelTrainingJobs"]
    if parallel > _MOST_PARALLEL or (trials or 0) > _MOST_TRIALS:
        raise validation_error(
            f"ResourceLimits are [{trials}] training jobs, [{parallel}] in parallel: AWS allows {_MOST_TRIALS} and "
            f"{_MOST_PARALLEL}."
        )
    combinations = sum(definition.space.size for definition in definitions)
    if config["Strategy"] == "Grid":
        if trials is not None and trials != combinations:
            raise validation_error(
                f"MaxNumberOfTrainingJobs [{trials}] must equal the number of distinct categorical combinations "
                f"possible [{int(combinations)}] with the Grid strategy; it can also be left out."
            )
        if combinations > _MOST_TRIALS:
            raise validation_error(f"The grid has {int(combinations)} combinations: AWS allows {_MOST_TRIALS}.")
    elif trials is None:
        raise validation_error(
            f"MaxNumberOfTrainingJobs must be specified in ResourceLimits with the {config['Strategy']} strategy."
        )
    elif trials > combinations:
        raise validation_error(
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            f"combinations for the provided ranges [{combinations:.1f}] must be equal or greater than the value of "
            f"MaxNumberOfJobs, [{trials}]. Provide additional ranges."
        )
    if trials is not None and parallel > trials:
        raise validation_error(
            f"MaxParallelTrainingJobs [{parallel}] must not be greater than MaxNumberOfTrainingJobs [{trials}]."
        )
