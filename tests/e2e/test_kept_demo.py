"""What a student does with a deployed system, command by command, on the stack of `make demo KEEP=1`."""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from typing import Any

import pytest
from demo_process import BIN, PROJECT, Kept, start_demo
from test_documents import ELSEWHERE, PAGES, commands

pytestmark = pytest.mark.full

PENDING = "PendingManualApproval"


def plan_is_empty(kept: Kept) -> bool:
    code = kept.terraform("plan", "-detailed-exitcode", "-input=false", "-var", "student_id=demo").returncode
    assert code in (0, 2)
    return code == 0


def versions(kept: Kept) -> list[dict[str, Any]]:
    listed = kept.aws("sagemaker", "list-model-packages", "--model-package-group-name", "xgboost-models-demo")
    return listed["ModelPackageSummaryList"]


def test_the_demo_shows_a_version_that_waits_for_approval(kept: Kept) -> None:
    assert f"Registered xgboost-models-demo version 1: {PENDING}" in kept.said
    auc = re.search(r"auc +(0\.\d+)  \(95 % interval (0\.\d+) to (0\.\d+)\)", kept.said)
    assert auc
    low, high = float(auc[2]), float(auc[3])
    assert 0.92 < float(auc[1]) < 0.94
    assert low < float(auc[1]) < high


def test_a_kept_stack_is_not_taken_over(kept: Kept) -> None:
    with start_demo(kept.project) as second:
        said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "end it with `make demo-down`" in said
    assert kept.aws("sts", "get-caller-identity")["Account"] == "123456789012", "it still answers"


def test_it_says_how_to_look_around(kept: Kept) -> None:
    commands = re.findall(r"^  ((?:aws|mlops|python) .*)$", kept.said, re.MULTILINE)
    assert {command.split()[0] for command in commands} == {"aws", "mlops", "python"}
    for command in commands:
        done = kept.run("sh", "-c", command, check=False)
        # The threshold in the example is meant to fail.
        assert done.returncode == (1 if command.startswith("mlops") else 0), command + done.stderr
    assert "make demo-down" in kept.said


def test_the_aws_cli_finds_and_starts_the_pipeline(kept: Kept) -> None:
    names = [each["PipelineName"] for each in kept.aws("sagemaker", "list-pipelines")["PipelineSummaries"]]
    assert names == ["MLPipeline-demo"]
    started = kept.aws("sagemaker", "start-pipeline-execution", "--pipeline-name", "MLPipeline-demo")
    ended = kept.mlops("run", "pipeline", "demo", "--execution", started["PipelineExecutionArn"])
    assert ended.stdout.count("cached") >= 3, "the same inputs run no job twice"


def test_create_pipeline_and_an_execution_leave_the_plan_empty(kept: Kept) -> None:
    role = json.loads(kept.terraform("output", "-json").stdout)["pipeline_role_arn"]["value"]
    done = kept.run(sys.executable, "python/create_pipeline.py", "demo", role)
    assert done.stdout.startswith("unchanged MLPipeline-demo")
    # A student who changed the pipeline by hand gets Terraform's definition back.
    kept.aws(
        "sagemaker",
        "update-pipeline",
        "--pipeline-name",
        "MLPipeline-demo",
        "--pipeline-definition",
        '{"Version": "2020-12-01", "Steps": [{"Name": "A", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}]}',
    )
    assert not plan_is_empty(kept)
    done = kept.run(sys.executable, "python/create_pipeline.py", "demo", role)
    assert done.stdout.startswith("updated MLPipeline-demo")
    assert plan_is_empty(kept)


def test_a_threshold_that_is_missed_fails_and_registers_nothing(kept: Kept) -> None:
    before = len(versions(kept))
    done = kept.mlops("run", "pipeline", "demo", "-p", "AucThreshold=0.99", check=False)
    assert done.returncode == 1
    text = " ".join((done.stdout + done.stderr).split())
    assert re.search(r"QualityTooLow\s+Failed", text)
    assert re.search(r"AUC on the test split is 0\.93\d+, below the AucThreshold of 0\.99", text)
    assert len(versions(kept)) == before


def test_another_approval_status_is_registered(kept: Kept) -> None:
    done = kept.mlops("run", "pipeline", "demo", "-p", "ModelApprovalStatus=Approved")
    assert re.search(r"Registered xgboost-models-demo version \d+: Approved", done.stdout)


def test_missing_data_is_named_from_the_job_to_the_exit_code(kept: Kept) -> None:
    done = kept.mlops("run", "pipeline", "demo", "-p", "InputData=s3://sagemaker-demo/data/none.csv", check=False)
    assert done.returncode == 1
    assert "s3://sagemaker-demo/data/none.csv" in "".join((done.stdout + done.stderr).split())


def test_the_validator_gives_the_tasks_that_are_done_and_no_others(kept: Kept) -> None:
    done = kept.run(sys.executable, "validate_tasks.py", "aiml_hard", "--student-id", "demo", "--json", check=False)
    score = json.loads(done.stdout)
    passed = {task["number"] for task in score["tasks"] if task["passed"]}
    assert {1, 4} <= passed
    assert not passed & {5, 6, 7, 9, 10}, "nothing of these is there"
    assert score["points"] == 10 * len(passed)
    assert score["reachable"] == 50
    assert done.returncode == 0, "it was graded"
    for task in score["tasks"]:
        assert bool(task["remedy"]) is not task["passed"]
        assert all(each["subject"].startswith(("arn:", "s3://sagemaker-demo/")) for each in task["evidence"])


def test_the_validator_s_table_fits_80_columns(kept: Kept) -> None:
    done = kept.run(sys.executable, "validate_tasks.py", "aiml_hard", "--student-id", "demo", check=False)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert re.search(r"^ 1  SageMaker Pipeline +10/10$", done.stdout, re.MULTILINE)
    assert re.search(r"^Score: \d+ of 50 reachable points \(100 in all\)$", done.stdout, re.MULTILINE)


_LONG_PAGES = ("docs/tasks/02-tuning.md",)


@pytest.mark.parametrize("page", [pytest.param(p, marks=[pytest.mark.full] * (p in _LONG_PAGES)) for p in PAGES])
def test_a_page_s_commands_run(page: str, kept: Kept) -> None:
    lines = [line for line in commands(page) if not line.startswith(tuple(ELSEWHERE))]
    for line in lines:
        # Terraform's state is in the demo's composed root; everything else runs from the project's.
        command = line.replace("jane", "demo").replace("terraform ", "terraform -chdir=build/demo/root ")
        command = command.replace("for id in demo john", "for id in demo")
        done = kept.run("bash", "-c", f'export PATH="{BIN}:$PATH"; {command}', check=False)
        assert done.returncode == 0, f"{page}: {command}\n{done.stdout}{done.stderr}"


def test_the_best_trial_is_registered_and_its_hyperparameters_train_the_pipeline(kept: Kept) -> None:
    done = kept.mlops("run", "tuning", "demo", "--trials", "3", "--rounds", "10", "--register-best", "--use-best")
    name = re.findall(r"^\S+-demo-\w+$", done.stdout, re.MULTILINE)[0]
    tuned = kept.aws("sagemaker", "describe-hyper-parameter-tuning-job", "--hyper-parameter-tuning-job-name", name)[
        "BestTrainingJob"
    ]
    registered = re.findall(r"^  (arn:\S+:model-package/xgboost-models-demo/\d+)$", done.stdout, re.MULTILINE)
    best, judged = (kept.aws("sagemaker", "describe-model-package", "--model-package-name", arn) for arn in registered)
    assert best["CustomerMetadataProperties"]["training_job"] == tuned["TrainingJobName"]
    assert tuned["TrainingJobName"] in best["InferenceSpecification"]["Containers"][-1]["ModelDataUrl"]
    assert (best["ModelApprovalStatus"], judged["ModelApprovalStatus"]) == (PENDING, PENDING)
    assert "ModelQuality" in judged["ModelMetrics"], "judged on the test split"

    # An outsider's recomputation, from the artifacts alone; the container logs five digits.
    model = best["InferenceSpecification"]["Containers"][-1]["ModelDataUrl"]
    split = next(
        each["DataSource"]["S3DataSource"]["S3Uri"]
        for each in kept.aws("sagemaker", "describe-training-job", "--training-job-name", tuned["TrainingJobName"])[
            "InputDataConfig"
        ]
        if each["ChannelName"] == "validation"
    )
    for source, target in ((model, "model.tar.gz"), (f"{split}/validation.csv", "validation.csv")):
        kept.run(str(BIN / "aws"), "s3", "cp", "--quiet", source, f"build/{target}")
    recomputed = kept.run(sys.executable, "tests/recompute_auc.py", "build/model.tar.gz", "build/validation.csv").stdout
    value = tuned["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert float(recomputed) == pytest.approx(value, abs=1e-5)

    execution = re.search(r"^arn:\S+:pipeline/MLPipeline-demo/execution/\w+$", done.stdout, re.MULTILINE)
    assert execution
    steps = kept.aws("sagemaker", "list-pipeline-execution-steps", "--pipeline-execution-arn", execution[0])
    job = next(
        each["Metadata"]["TrainingJob"]["Arn"]
        for each in steps["PipelineExecutionSteps"]
        if each["StepName"] == "TrainModel"
    )
    trained = kept.aws("sagemaker", "describe-training-job", "--training-job-name", job.rpartition("/")[2])
    given = {key: float(value) for key, value in tuned["TunedHyperParameters"].items()} | {"num_round": 10.0}
    used = {key: float(value) for key, value in trained["HyperParameters"].items() if key in given}
    assert used == given


def test_the_pipeline_itself_tunes(kept: Kept) -> None:
    tuned = ("-auto-approve", "-input=false", "-var", "student_id=demo")
    done = kept.terraform("apply", *tuned, "-var", "tuning={in_pipeline=true}")
    assert done.returncode == 0, done.stdout + done.stderr
    ended = kept.mlops(
        "run", "pipeline", "demo", "-p", "TuningTrials=3", "-p", "TuningEarlyStopping=Auto", "-p", "NumRound=10"
    )
    assert re.search(r"TuneModel +Succeeded", ended.stdout)
    assert f": {PENDING}" in ended.stdout
    assert kept.terraform("apply", *tuned).returncode == 0
    assert plan_is_empty(kept)


def test_zz_destroy_is_refused_until_it_is_emptied(kept: Kept) -> None:
    """Last in the file: it takes the system down."""
    destroy = ("destroy", "-auto-approve", "-input=false", "-no-color", "-var", "student_id=demo")
    refused = kept.terraform(*destroy)
    assert refused.returncode == 1
    assert "make destroy STUDENT_ID=demo" in refused.stdout + refused.stderr
    assert versions(kept), "nothing was deleted"

    emptied = kept.mlops("empty", "demo", "--yes")
    assert re.search(r"deleted [1-9]\d* model versions, [1-9]\d* object versions", emptied.stdout)
    done = kept.terraform(*destroy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept.aws("sagemaker", "list-pipelines")["PipelineSummaries"] == []
    assert kept.aws("sagemaker", "list-model-package-groups")["ModelPackageGroupSummaryList"] == []
    assert kept.aws("s3api", "list-buckets")["Buckets"] == []
    roles = [each["RoleName"] for each in kept.aws("iam", "list-roles")["Roles"]]
    assert [name for name in roles if "demo" in name] == []


def test_zzz_every_operation_is_in_the_list_of_permissions(kept: Kept) -> None:
    """After all others: what was called while they ran, by Terraform and the aws CLI as well; S3 has AWS's own list."""
    with urllib.request.urlopen(f"{kept.environment['AWS_ENDPOINT_URL']}/_localaws/decisions") as answer:
        decided = json.load(answer)
    called = {(each["service"], each["operation"]) for each in decided["operations"] if each["service"] != "s3"}
    page = (PROJECT / "docs/local-stack/permissions.md").read_text()
    listed = {
        (section.splitlines()[0], row.split(" | ")[0].removeprefix("| "))
        for section in page.split("\n## ")[1:]
        for row in section.splitlines()
        if row.startswith("| ")
    }
    assert called - listed == set()
    assert ("sagemaker", "CreateEndpoint") in called
    assert decided["denials"] == []
