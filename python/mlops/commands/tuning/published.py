"""What Terraform published for tuning: the filled requests of the tuning job and of the job that prepares its data."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.aws import names
from mlops.aws.errors import UsageError, UserError
from mlops.aws.published import published_request

__all__ = ["Published", "read_published"]


@dataclass(frozen=True)
class Published:
    """``request``: CreateHyperParameterTuningJob without its name; ``preprocessing``: CreateProcessingJob likewise."""

    request: Mapping[str, Any]
    preprocessing: Mapping[str, Any]

    @property
    def role_arn(self) -> str:
        """The role of the trials."""
        return str(self.request["TrainingJobDefinition"]["RoleArn"])

    def with_role(self, role_arn: str) -> Published:
        """The same requests for jobs with another role."""
        training = {**self.request["TrainingJobDefinition"], "RoleArn": role_arn}
        return Published(
            {**self.request, "TrainingJobDefinition": training}, {**self.preprocessing, "RoleArn": role_arn}
        )

    def changed(self, trials: int | None, parallel: int | None, rounds: int | None) -> Published:
        """The same requests with another budget of trials, trials at a time, or boosting rounds a trial.

        Raises:
            UsageError: the rounds are searched, so that no number of them can be given.
        """
        request = copy.deepcopy(dict(self.request))
        config, training = request["HyperParameterTuningJobConfig"], request["TrainingJobDefinition"]
        limits = config["ResourceLimits"]
        if trials is not None:
            limits["MaxNumberOfTrainingJobs"] = trials
            limits["MaxParallelTrainingJobs"] = min(trials, limits["MaxParallelTrainingJobs"])
        if parallel is not None:
            limits["MaxParallelTrainingJobs"] = parallel
        if rounds is not None:
            if "num_round" not in training["StaticHyperParameters"]:
                raise UsageError("num_round is searched: leave out --rounds, or take num_round out of search.ranges")
            training["StaticHyperParameters"]["num_round"] = str(rounds)
            if hyperband := config.get("StrategyConfig", {}).get("HyperbandStrategyConfig"):
                hyperband["MaxResource"] = rounds  # counted in reported values of the objective, one a round
        return Published(request, self.preprocessing)

    def output_uri(self, name: str) -> str:
        """Where preprocessing puts an output (``train``, ``encoder``, …)."""
        outputs = self.preprocessing["ProcessingOutputConfig"]["Outputs"]
        return next(str(each["S3Output"]["S3Uri"]) for each in outputs if each["OutputName"] == name)


def read_published(s3: Any, bucket: str, student_id: str) -> Published:
    """Reads the requests; raises ``UserError`` where there are none."""
    key = names.tuning_request_key(student_id)
    document = published_request(s3, bucket, key)
    try:
        return Published(document["request"], document["preprocessing"])
    except KeyError as error:
        raise UserError(f"s3://{bucket}/{key} has no {error}: run `terraform apply` to publish it again") from error
