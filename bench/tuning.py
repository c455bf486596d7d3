"""Ten trials tuned on the local stack against the same ten trained one after the other: python bench/tuning.py.

Needs a running local stack with a bucket of splits: after `make demo KEEP=1`, in a shell with `localaws env`,
`python bench/tuning.py STUDENT_ID`. Both runs train the points of one Random search with the same seed; the
sequential one sends CreateTrainingJob ten times and waits for each.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))

from mlops.operate import aws, names  # noqa: E402
from mlops.operate.tuning import channels, job, published  # noqa: E402

_COPIED = (
    "AlgorithmSpecification",
    "HyperParameters",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "RoleArn",
    "StoppingCondition",
)


def tuned(sagemaker: Any, requests: published.Published, student_id: str, parallel: int) -> tuple[float, job.TuningJob]:
    """Seconds for ten trials, `parallel` at once, and the tuning job."""
    config = {
        **requests.request["HyperParameterTuningJobConfig"],
        "Strategy": "Random",
        "RandomSeed": 1,
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": parallel},
    }
    request = {**requests.request, "HyperParameterTuningJobConfig": config}
    began = time.monotonic()
    name = job.start(sagemaker, published.Published(request, requests.preprocessing), student_id)
    while (snapshot := job.read(sagemaker, name)).running:
        time.sleep(0.2)
    return time.monotonic() - began, snapshot


def one_by_one(sagemaker: Any, ended: job.TuningJob) -> float:
    """Seconds to train the same points one after the other."""
    began = time.monotonic()
    for trial in ended.trials:
        trained = sagemaker.describe_training_job(TrainingJobName=trial.name)
        name = f"bench-{datetime.now(UTC):%H%M%S%f}-{trial.number}"
        sagemaker.create_training_job(TrainingJobName=name, **{member: trained[member] for member in _COPIED})
        while sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress":
            time.sleep(0.2)
    return time.monotonic() - began


def main(student_id: str) -> None:
    sagemaker, s3 = aws.client("sagemaker"), aws.client("s3")
    requests = published.read_published(s3, names.bucket_name(student_id), student_id)
    channels.ensure(sagemaker, s3, requests, student_id, print)
    two, ended = tuned(sagemaker, requests, student_id, 2)
    one, _ = tuned(sagemaker, requests, student_id, 1)
    alone = one_by_one(sagemaker, ended)
    measured = {"tuned_2_parallel_s": two, "tuned_1_parallel_s": one, "one_by_one_s": alone}
    print(json.dumps({name: round(value, 1) for name, value in measured.items()}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
