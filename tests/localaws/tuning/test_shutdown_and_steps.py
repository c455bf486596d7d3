"""A stack that ends while it tunes, and tuning as a pipeline's step."""

from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path
from typing import Any

from jobs.world import PERMISSIONS, REGION, TRUST, World, administrator, another_account, labelled_csv

from localaws.stack import Stack

from .conftest import Tuning

OTHER_BUCKET = "ending-bucket"


def _own_world(folder: Path) -> tuple[World, Any]:
    stack = Stack(REGION, another_account(), folder / "work", "", folder / "config")
    server = stack.create_server(0)
    threading.Thread(target=server.run, daemon=True).start()
    session = administrator(stack)
    iam, name = session.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName="data", PolicyDocument=json.dumps(PERMISSIONS))
    s3 = session.client("s3")
    s3.create_bucket(Bucket=OTHER_BUCKET)
    for name in ("train", "validation"):
        s3.put_object(Bucket=OTHER_BUCKET, Key=f"{name}/data.csv", Body=labelled_csv())
    return World(stack, s3, session.client("logs"), role["Role"]["Arn"]), server


def test_a_stack_that_ends_leaves_no_job_in_progress(tmp_path: Path) -> None:
    world, server = _own_world(tmp_path)
    ending = Tuning(world, {name: f"s3://{OTHER_BUCKET}/{name}/" for name in ("train", "validation")})
    output = {"S3OutputPath": f"s3://{OTHER_BUCKET}/models"}
    name = ending.start(training={"StaticHyperParameters": {"num_round": "100000"}, "OutputDataConfig": output})
    world.wait(lambda: ending.rounds(name) > 0)
    world.stack.close(timeout_seconds=30)
    server.close()
    job = world.stack.store.get("HyperParameterTuningJob", name)
    assert job.described["HyperParameterTuningJobStatus"] == "Stopped"
    counters = job.described["TrainingJobStatusCounters"]
    assert counters["InProgress"] == 0
    assert counters["Stopped"] >= 1
    trained = world.stack.store.records("TrainingJob", lambda record: record.name.startswith(name))
    assert {record.described["TrainingJobStatus"] for record in trained} == {"Stopped"}


def _execute(world: World, steps: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    name = f"tunes-{uuid.uuid4().hex[:8]}"
    definition = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": steps})
    request = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": world.role}
    world.call("CreatePipeline", **request, ClientRequestToken="c" * 32)
    arn = world.call("StartPipelineExecution", PipelineName=name, ClientRequestToken="s" * 32)["PipelineExecutionArn"]
    record = next(each for each in world.stack.store.records("PipelineExecution") if each.arn == arn)
    assert record.done.wait(120)
    status = world.call("DescribePipelineExecution", PipelineExecutionArn=arn)["PipelineExecutionStatus"]
    found = world.call("ListPipelineExecutionSteps", PipelineExecutionArn=arn, SortOrder="Ascending")
    return status, found["PipelineExecutionSteps"]


def _tuning_step(tuning: Tuning, **changes: Any) -> dict[str, Any]:
    arguments = tuning.request(**changes)
    del arguments["HyperParameterTuningJobName"]
    return {"Name": "Tune", "Type": "Tuning", "Arguments": arguments}


def test_a_later_step_gets_the_best_trials(tuning: Tuning) -> None:
    best = {"Get": "Steps.Tune.BestTrainingJob.TrainingJobName"}
    top = {"Get": "Steps.Tune.TrainingJobSummaries[0].TrainingJobName"}
    last = {"Get": "Steps.Tune.TrainingJobSummaries[3].FinalHyperParameterTuningJobObjectiveMetric.Value"}
    said = {"Std:Join": {"On": " ", "Values": [best, top, last]}}
    status, steps = _execute(
        tuning.world,
        [_tuning_step(tuning), {"Name": "Say", "Type": "Fail", "Arguments": {"ErrorMessage": said}}],
    )
    assert status == "Failed"
    name = steps[0]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
    assert len(name) <= 32
    words = steps[1]["Metadata"]["Fail"]["ErrorMessage"].split()
    assert words[0] == words[1]
    assert words[0].startswith(name)
    values = [
        each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for each in tuning.trials(name, SortBy="FinalObjectiveMetricValue")
    ]
    assert float(words[2]) == min(values)


def test_a_tuning_job_that_fails_fails_the_step(tuning: Tuning) -> None:
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    step = _tuning_step(
        tuning, config={"ResourceLimits": limits}, training={"StaticHyperParameters": {"num_round": "0"}}
    )
    status, steps = _execute(tuning.world, [step])
    assert status == "Failed"
    assert "All training jobs failed." in steps[0]["FailureReason"]
