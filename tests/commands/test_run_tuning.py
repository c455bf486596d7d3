"""`mlops run tuning` on a real local stack, from what Terraform publishes."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from published_requests import publish_tuning, tuning_requests

from mlops.cli import main
from mlops.commands import run_tuning


@pytest.fixture
def published(student: str, bucket: str, role_arn: str) -> dict[str, Any]:
    """The product's own requests, filled, with three short trials."""
    document = tuning_requests(bucket, role_arn)
    publish_tuning(bucket, student, document)
    return document


@pytest.mark.usefixtures("published")
def test_it_prepares_tunes_reports_and_registers(
    sagemaker: Any, student: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName=f"xgboost-models-{student}")
    assert main(["run", "tuning", student, "--output", str(tmp_path), "--register-best"]) == 0
    said = capsys.readouterr().out
    name = said.splitlines()[1]
    assert student in name
    described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    best = described["BestTrainingJob"]["TrainingJobName"]
    assert f"Best training job: {best}" in said
    rows = list(csv.DictReader((tmp_path / "leaderboard.csv").read_text().splitlines()))
    assert (len(rows), rows[0]["training_job"]) == (3, best)
    assert (tmp_path / "trials.svg").read_text().startswith("<svg")
    versions = sagemaker.list_model_packages(ModelPackageGroupName=f"xgboost-models-{student}")
    assert [each["ModelApprovalStatus"] for each in versions["ModelPackageSummaryList"]] == ["PendingManualApproval"]

    # All that was started is known as the student's, trials by the tags of their tuning job.
    (splits,) = sagemaker.list_processing_jobs(NameContains=f"{student}-")["ProcessingJobSummaries"]
    trained = sagemaker.describe_training_job(TrainingJobName=best)
    for arn in (described["HyperParameterTuningJobArn"], trained["TrainingJobArn"], splits["ProcessingJobArn"]):
        found = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
        assert found == {"Project": "sagemaker-mlops", "StudentId": student}

    # The splits are there: a second tuning prepares none, and an ended one can be looked at again.
    assert main(["run", "tuning", student, "--no-wait"]) == 0
    assert "preparing" not in capsys.readouterr().out
    assert main(["run", "tuning", student, "--job", name, "--output", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "leaderboard.csv").read_text() == (tmp_path / "leaderboard.csv").read_text()


def test_failing_trials_give_the_containers_reason_and_exit_code_1(
    student: str, bucket: str, published: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = copy.deepcopy(published)
    broken["request"]["TrainingJobDefinition"]["StaticHyperParameters"]["bogus"] = "1"
    publish_tuning(bucket, student, broken)
    assert main(["run", "tuning", student, "--output", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Failed: All training jobs failed.")
    assert "Extraneous hyperparameter found: bogus" in said.err
    assert "its log: mlops logs " in said.err


@pytest.mark.usefixtures("published")
def test_a_role_that_may_not_write_models(
    student: str, bucket: str, role_arn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/tuning/models/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    role = role_arn.rpartition("/")[2]
    boto3.client("iam").put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
    assert main(["run", "tuning", student, "--output", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("Failed: All training jobs failed.")
    assert f"ClientError: Artifact upload failed:Unable to upload object s3://{bucket}/tuning/models/" in said.err
    assert "with an explicit deny in an identity-based policy" in said.err
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="tuning/models/")


def test_what_sagemaker_refuses_is_said(
    student: str, bucket: str, published: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = copy.deepcopy(published)
    broken["request"]["HyperParameterTuningJobConfig"]["Strategy"] = "Grid"
    publish_tuning(bucket, student, broken)
    assert main(["run", "tuning", student]) == 1
    assert "categorical hyperparameter ranges only" in capsys.readouterr().err


def test_preprocessing_that_fails_stops_before_any_trial(
    sagemaker: Any, student: str, bucket: str, published: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    script = "import sys; open('/opt/ml/output/message', 'w').write('no rows'); sys.exit(1)"
    boto3.client("s3").put_object(Bucket=bucket, Key="code/run.py", Body=script)
    assert published
    assert main(["run", "tuning", student]) == 1
    said = capsys.readouterr().err
    assert "the splits could not be prepared" in said
    assert "no rows" in said
    assert not sagemaker.list_hyper_parameter_tuning_jobs(NameContains=student)["HyperParameterTuningJobSummaries"]


@pytest.mark.usefixtures("stack")
def test_mistakes_in_the_call(student: str, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "tuning", student]) == 1
    assert f"no definition at s3://{bucket}/definitions/xgboost-tuning-{student}.json" in capsys.readouterr().err
    assert main(["run", "tuning", "Bad_Id"]) == 2
    assert "student id 'Bad_Id' is not usable" in capsys.readouterr().err
    assert main(["run", "tuning", student, "--no-wait", "--register-best"]) == 2
    assert "--no-wait" in capsys.readouterr().err


@pytest.mark.usefixtures("published")
def test_the_entry_point_checks_the_role_and_an_unknown_job(student: str) -> None:
    from mlops.aws.errors import UserError

    with pytest.raises(UserError, match=r"does not exist.*terraform output -raw tuning_role_arn"):
        run_tuning.main([student, "arn:aws:iam::123456789012:role/nobody"])
    with pytest.raises(UserError, match="no tuning job 'unborn'"):
        run_tuning.main([student, _role(student), "--job", "unborn"])


@pytest.mark.usefixtures("published")
def test_a_folder_that_cannot_be_is_said_before_anything_starts(
    sagemaker: Any, student: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for folder, said in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "in", "Not a directory")):
        assert main(["run", "tuning", student, "--output", str(folder)]) == 2
        assert capsys.readouterr().err == f"mlops: --output {folder} cannot be a folder ({said}): name another\n"
    assert not sagemaker.list_processing_jobs(NameContains=f"{student}-")["ProcessingJobSummaries"]


def test_a_role_that_is_none_names_the_tunings_own(student: str) -> None:
    from mlops.aws.errors import UsageError

    with pytest.raises(UsageError, match=r"'notarole' is not the ARN.*terraform output -raw tuning_role_arn"):
        run_tuning.main([student, "notarole"])


def test_another_budget(sagemaker: Any, student: str, bucket: str, published: dict[str, Any], tmp_path: Path) -> None:
    hyperband = copy.deepcopy(published)
    config = hyperband["request"]["HyperParameterTuningJobConfig"]
    config["Strategy"] = "Hyperband"
    config["StrategyConfig"] = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 4}}
    publish_tuning(bucket, student, hyperband)
    given = ["--trials", "1", "--rounds", "3", "--output", str(tmp_path)]
    assert main(["run", "tuning", student, *given]) == 0
    (found,) = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=student)["HyperParameterTuningJobSummaries"]
    described = sagemaker.describe_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=found["HyperParameterTuningJobName"]
    )
    assert found["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    assert described["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"] == "3"
    strategy = described["HyperParameterTuningJobConfig"]["StrategyConfig"]
    assert strategy == {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 3}}


def test_what_the_pipeline_cannot_train_is_tuned_all_the_same(
    student: str, bucket: str, published: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy.deepcopy(published)
    ranges = {"CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}]}
    other["request"]["HyperParameterTuningJobConfig"]["ParameterRanges"] = ranges
    publish_tuning(bucket, student, other)
    assert main(["run", "tuning", student, "--trials", "1", "--output", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "Best training job: " in said.out
    assert (said.err, "mlops run pipeline" in said.out) == ("", False)
    assert main(["run", "tuning", student, "--use-best"]) == 2
    assert "the pipeline has no parameter for booster, which is tuned: leave out --use-best" in capsys.readouterr().err


def test_a_budget_that_cannot_be(
    student: str, bucket: str, published: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "tuning", student, "--trials", "1", "--parallel", "2"]) == 1
    assert "SageMaker refuses" in capsys.readouterr().err
    assert main(["run", "tuning", student, "--job", "x", "--rounds", "2"]) == 2
    assert "it takes no --trials, --parallel or --rounds" in capsys.readouterr().err
    searched = copy.deepcopy(published)
    del searched["request"]["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"]
    publish_tuning(bucket, student, searched)
    assert main(["run", "tuning", student, "--rounds", "2"]) == 2
    assert "num_round is searched" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["run", "tuning", student, "--trials", "0"])
    assert "argument --trials: '0' is not a whole number, 1 or more" in capsys.readouterr().err


def _role(student: str) -> str:
    """The role that the published requests name."""
    body = boto3.client("s3").get_object(
        Bucket=f"sagemaker-{student}", Key=f"definitions/xgboost-tuning-{student}.json"
    )["Body"]
    return str(json.loads(body.read())["preprocessing"]["RoleArn"])
