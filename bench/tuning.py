"""Ten trials tuned on the local stack against the same ten trained one after the other, in one process.

    python bench/tuning.py [TRIALS] [ROUNDS]        default 10 trials of 100 rounds on the bundled data set

Three ways train the points of one Random search, with the same splits, on a local stack of its own: a tuning job with
two trials at a time, training jobs sent one after the other, and bare `xgboost.train` calls in one process that reads
the same CSV for each. Printed are seconds, their ratios, and peak memory: of the stack with its jobs' processes, and of
the single process.
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.csv
import xgboost

from localaws import background
from localaws.state import Home

ROOT = Path(__file__).resolve().parents[1]
BUCKET, PARALLEL, SEED = "bench", 2, 1
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
FIXED = {"objective": "binary:logistic", "eval_metric": "auc", "seed": "42"}
CONTINUOUS = {"eta": ("0.01", "0.3"), "subsample": ("0.5", "1"), "colsample_bytree": ("0.5", "1")}
_BARE = "--bare"


def splits(folder: Path) -> dict[str, Path]:
    """The encoded splits that the project's own preprocessing makes of the bundled data set."""
    command = [sys.executable, str(ROOT / "python/mlops/jobs/run.py"), "preprocess"]
    data, out = ROOT / "data" / "adult", folder / "splits"
    given = ["--input", str(data / "adult.csv"), "--schema", str(data / "schema.json"), "--output", str(out)]
    subprocess.run([*command, *given], check=True, stdout=subprocess.DEVNULL)
    return {name: out / name / f"{name}.csv" for name in ("train", "validation")}


def bare(points: Path, rounds: int, train: Path, validation: Path) -> None:
    """The trainings without SageMaker; prints seconds, this process's peak memory in MB, and the objectives."""
    began, objectives = time.perf_counter(), []
    for point in json.loads(points.read_text()):
        matrices = []
        for file in (train, validation):
            read = pa.csv.read_csv(file, read_options=pa.csv.ReadOptions(autogenerate_column_names=True))
            table = np.column_stack([column.to_numpy() for column in read.columns])
            matrices.append(xgboost.DMatrix(table[:, 1:], label=table[:, 0]))
        history: dict[str, Any] = {}
        xgboost.train(
            {**FIXED, **point},
            matrices[0],
            rounds,
            evals=[(matrices[1], "validation")],
            evals_result=history,
            verbose_eval=False,
        )
        objectives.append(history["validation"]["auc"][-1])
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "objectives": objectives}))


def training(role: str) -> dict[str, Any]:
    """What the trials and the single training jobs share."""
    channels = [
        {
            "ChannelName": name,
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/"}},
        }
        for name in ("train", "validation")
    ]
    return {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": role,
        "InputDataConfig": channels,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }


def tuned(sagemaker: Any, role: str, trials: int, rounds: int) -> list[dict[str, Any]]:
    """Run a tuning job; its trials."""
    continuous = [{"Name": name, "MinValue": low, "MaxValue": high} for name, (low, high) in CONTINUOUS.items()]
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="bench",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "RandomSeed": SEED,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": trials, "MaxParallelTrainingJobs": PARALLEL},
            "ParameterRanges": {
                "ContinuousParameterRanges": continuous,
                "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "10"}],
            },
        },
        TrainingJobDefinition={"StaticHyperParameters": {**FIXED, "num_round": str(rounds)}, **training(role)},
    )
    while True:
        job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="bench")
        if job["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping"):
            break
        time.sleep(0.1)
    if job["HyperParameterTuningJobStatus"] != "Completed":
        raise SystemExit(job.get("FailureReason"))
    found: list[dict[str, Any]] = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="bench", MaxResults=100
    )["TrainingJobSummaries"]
    return found


def one_by_one(sagemaker: Any, role: str, points: list[dict[str, str]], rounds: int) -> None:
    """Send a training job for each point when the one before has ended."""
    for number, point in enumerate(points):
        name = f"bench-alone-{number}"
        given = {**FIXED, **point, "num_round": str(rounds)}
        sagemaker.create_training_job(TrainingJobName=name, HyperParameters=given, **training(role))
        while sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "InProgress":
            time.sleep(0.1)


@contextlib.contextmanager
def stack(folder: Path) -> Iterator[tuple[Callable[[str], Any], int]]:
    """A local stack of its own: what makes clients, and its process id."""
    home = Home(folder / "stack")
    running, _ = background.up(home, 0, "us-east-1", "123456789012")
    session: Any = boto3.Session(running.access_key_id, running.secret_access_key, region_name="us-east-1")
    try:
        yield lambda name: session.client(name, endpoint_url=running.endpoint_url), running.pid
    finally:
        background.down(home)


class Memory:
    """The largest sum, in MB, of the resident memory of a process and all that it started; looks ten times a second."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid, self._end = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.1):
            listed = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
            rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
            family = {self._pid}
            while more := {pid for pid, parent, _ in rows if parent in family} - family:
                family |= more
            self.peak = max(self.peak, sum(rss for pid, _, rss in rows if pid in family) / 1024)


def main(trials: int, rounds: int) -> None:
    """Run all three and print the comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = splits(folder)
        with stack(folder) as (client, pid):
            s3, iam, sagemaker = (client(service) for service in ("s3", "iam", "sagemaker"))
            s3.create_bucket(Bucket=BUCKET)
            for channel, file in files.items():
                s3.upload_file(str(file), BUCKET, f"{channel}/{file.name}")
            role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
            iam.put_role_policy(RoleName="bench", PolicyName="s3", PolicyDocument=json.dumps(ALLOW))
            with Memory(pid) as memory:
                began = time.perf_counter()
                found = tuned(sagemaker, role, trials, rounds)
                together = time.perf_counter() - began
            points = [trial["TunedHyperParameters"] for trial in found]
            began = time.perf_counter()
            one_by_one(sagemaker, role, points, rounds)
            apart = time.perf_counter() - began
        (folder / "points.json").write_text(json.dumps(points))
        command = [sys.executable, __file__, _BARE, str(folder / "points.json"), str(rounds), *map(str, files.values())]
        alone = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    objectives = [trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for trial in found]
    difference = max(abs(one - other) for one, other in zip(objectives, alone["objectives"], strict=True))
    print(f"{trials} trials of {rounds} rounds, largest difference of an objective {difference:.1e}")
    print(f"tuning job, {PARALLEL} at a time      {together:7.2f} s   peak {memory.peak:.0f} MB, stack and jobs")
    print(f"training jobs, one by one   {apart:7.2f} s   ratio {together / apart:.2f}")
    print(f"one process, bare xgboost   {alone['seconds']:7.2f} s   ratio {together / alone['seconds']:.2f}", end="")
    print(f"   peak {alone['peak_mb']:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == _BARE:
        bare(Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        main(*(numbers + [10, 100][len(numbers) :]))
