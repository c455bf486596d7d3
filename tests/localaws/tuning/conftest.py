"""A stack with data to tune on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from jobs.world import BUCKET, XGBOOST, World, channel, labelled_csv

from .surfaces import ADULT, RANGES

__all__ = ["Tuning", "adult", "tuning"]


@dataclass
class Tuning:
    """Short ways to start tuning jobs and to look at them."""

    world: World
    uris: Mapping[str, str] = field(default_factory=dict)

    def request(
        self, *, config: Mapping[str, Any] = {}, training: Mapping[str, Any] = {}, **changes: Any
    ) -> dict[str, Any]:
        """A request of four Random trials, two at once; `config` and `training` replace members of its parts."""
        made: dict[str, Any] = {
            "HyperParameterTuningJobName": f"tune-{uuid.uuid4().hex[:10]}",
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "RandomSeed": 7,
                "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
                "ParameterRanges": RANGES,
                **config,
            },
            "TrainingJobDefinition": {
                "StaticHyperParameters": {"num_round": "5", "objective": "binary:logistic"},
                "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
                "RoleArn": self.world.role,
                "InputDataConfig": [channel(name, uri, "text/csv") for name, uri in self.uris.items()],
                "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/tuning/models"},
                "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
                **training,
            },
            **changes,
        }
        return {member: value for member, value in made.items() if value is not None}

    def start(self, **changes: Any) -> str:
        """Start a tuning job; its name."""
        request = self.request(**changes)
        self.world.call("CreateHyperParameterTuningJob", **request)
        return str(request["HyperParameterTuningJobName"])

    def run(self, **changes: Any) -> dict[str, Any]:
        """Run a tuning job to its end; its description."""
        return self.world.finish("HyperParameterTuningJob", self.start(**changes), seconds=180)

    def trials(self, name: str, **request: Any) -> list[dict[str, Any]]:
        answer = self.world.call(
            "ListTrainingJobsForHyperParameterTuningJob",
            HyperParameterTuningJobName=name,
            **{"MaxResults": 100, **request},
        )
        return list(answer["TrainingJobSummaries"])

    def rounds(self, name: str) -> int:
        """How many boosting rounds the trials of a tuning job really trained, by their logs."""
        logs = (self.world.log("TrainingJob", trial["TrainingJobName"]) for trial in self.trials(name))
        return sum("#011validation-auc:" in line for log in logs for line in log)


@pytest.fixture(scope="session")
def adult(tuning: Tuning) -> Tuning:
    """The bundled data set, categories as numbers: boosting goes on improving for a hundred rounds."""
    import pandas as pd

    frame = pd.read_csv(ADULT, skipinitialspace=True)
    label = (frame.pop("income") == ">50K").astype(int)
    codes = frame.apply(lambda column: column if column.dtype.kind in "if" else column.astype("category").cat.codes)
    codes.insert(0, "label", label)
    parts = {"train": codes[:24_000], "validation": codes[24_000:]}
    uris = {
        name: tuning.world.put(f"adult/{name}/data.csv", part.to_csv(index=False, header=False)).rpartition("/")[0]
        for name, part in parts.items()
    }
    return Tuning(tuning.world, uris)


@pytest.fixture(scope="session")
def tuning(world: World) -> Tuning:
    uris = {
        "train": world.put("tuning/train/data.csv", labelled_csv(1500, 1)),
        "validation": world.put("tuning/validation/data.csv", labelled_csv(3000, 2)),
    }
    return Tuning(world, {name: uri.rpartition("/")[0] for name, uri in uris.items()})
