"""Real plans of the root, of the example root and of the modules' README examples, without an account."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tftest
from plan_inventory import inventory, policies, resources

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
Terraform = Callable[[str], tftest.TerraformTest]
GOLDEN = Path(__file__).parent / "golden"
MODULES = sorted(path.parent.name for path in (PROJECT / "modules").glob("*/versions.tf"))
_EXAMPLE = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OWN_ROOT = {
    "image": "111122223333.dkr.ecr.eu-central-1.amazonaws.com/python:3.12",
    "kms_key_arn": "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
# The only actions for which AWS knows no resource.
_NO_RESOURCE = {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}


def _plan(terraform: tftest.TerraformTest, **variables: Any) -> dict[str, Any]:
    plan: dict[str, Any] = terraform.plan(output=True, tf_vars=variables)._raw
    return plan


@pytest.fixture(scope="module")
def root(initialised: Terraform) -> dict[str, Any]:
    return _plan(initialised("."), student_id="jane-doe7")


@pytest.fixture(scope="module")
def own_root(initialised: Terraform) -> dict[str, Any]:
    return _plan(initialised("examples/own-root"), **_OWN_ROOT)


@pytest.fixture(scope="module")
def readme_examples(initialised: Terraform, workspace: Path) -> dict[str, Any]:
    """One root of all examples as they stand in the READMEs: they call the modules from a checkout's folder."""
    folder = workspace / "readme_examples"
    folder.mkdir()
    for name in ("data", "modules", "python", "rendered"):
        (folder / name).symlink_to(workspace / name)
    texts = [
        _EXAMPLE.findall((PROJECT / "modules" / name / "README.md").read_text(encoding="utf-8")) for name in MODULES
    ]
    assert [len(found) for found in texts] == [1] * len(MODULES), "each README has one example"
    (folder / "main.tf").write_text("\n".join(found[0] for found in texts), encoding="utf-8")
    return _plan(initialised("readme_examples"))


@pytest.mark.parametrize("name", ["root", "own_root"])
def test_plan_matches_the_inventory(name: str, request: pytest.FixtureRequest) -> None:
    found = json.dumps(inventory(request.getfixturevalue(name)), indent=2, sort_keys=True) + "\n"
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert json.loads(found) == json.loads(golden.read_text(encoding="utf-8")), (
        "the plan changed: if it should, run the test with UPDATE_GOLDEN=1 and review the difference"
    )


def test_code_of_the_jobs_is_uploaded_whole_and_nothing_else(root: dict[str, Any]) -> None:
    folder = PROJECT / "python" / "mlops" / "jobs"
    expected = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    prefix = 'module.storage.aws_s3_object.code["'
    assert {address[len(prefix) : -2] for address in resources(root) if address.startswith(prefix)} == expected


def test_definition_is_filled_and_published_as_it_is_given(root: dict[str, Any]) -> None:
    planned = resources(root)
    definition = planned["module.training_pipeline.aws_sagemaker_pipeline.this"]["pipeline_definition"]
    assert planned["module.training_pipeline.aws_s3_object.definition"]["content"] == definition
    assert "${" not in definition
    steps = {step["Name"]: step for step in json.loads(definition)["Steps"]}
    assert list(steps) == ["PreprocessData", "TrainModel", "EvaluateModel", "CheckQuality"]
    roles = {steps[name]["Arguments"]["RoleArn"] for name in ("PreprocessData", "TrainModel", "EvaluateModel")}
    assert roles == {"arn:aws:iam::123456789012:role/mlops-jane-doe7-job"}


@pytest.mark.parametrize("name", ["root", "own_root", "readme_examples"])
def test_policies_grant_no_more_than_needed(name: str, request: pytest.FixtureRequest) -> None:
    for where, policy in policies(request.getfixturevalue(name)).items():
        sids = [statement.get("Sid") for statement in policy["Statement"]]
        assert all(sids), f"{where}: each statement has a sid"
        assert len(set(sids)) == len(sids), f"{where}: {sids}"
        for statement in policy["Statement"]:
            if statement["Effect"] == "Deny":
                continue
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if "*" in action], f"{where}: {statement}"
            if "Resource" in statement and statement["Resource"] == "*":
                assert set(actions) <= _NO_RESOURCE, f"{where}: {statement}"
            if "iam:PassRole" in actions:
                assert statement["Condition"]["StringEquals"]["iam:PassedToService"] == "sagemaker.amazonaws.com"
            if "sts:AssumeRole" in actions:
                conditions = statement["Condition"]
                assert conditions["StringEquals"]["aws:SourceAccount"] == "123456789012"
                sources = (conditions.get("ArnLike") or conditions["StringEquals"])["aws:SourceArn"]
                assert all(":123456789012:" in arn for arn in ([sources] if isinstance(sources, str) else sources))


def test_every_statement_is_in_its_modules_readme(
    root: dict[str, Any], own_root: dict[str, Any], readme_examples: dict[str, Any]
) -> None:
    # Calls that are not named as their module is.
    source = {"multi_model_endpoint_lifetime": "endpoint_lifetime", "profiling": "training_pipeline"}
    for plan in (root, own_root, readme_examples):
        for where, policy in policies(plan).items():
            if where.endswith("assume_role_policy"):
                continue
            module = where.split(".")[1].partition("[")[0]
            readme = (PROJECT / "modules" / source.get(module, module) / "README.md").read_text(encoding="utf-8")
            for statement in policy["Statement"]:
                assert f"| `{statement['Sid']}` |" in readme, f"{where}: no row for {statement['Sid']}"


def test_no_student_is_known_to_the_example_root(own_root: dict[str, Any]) -> None:
    assert "student" not in json.dumps(own_root["planned_values"]).lower()


def test_readme_examples_make_every_module(readme_examples: dict[str, Any]) -> None:
    made = {address.split(".")[1] for address in resources(readme_examples)}
    assert made == set(MODULES) - {"source_commit"}


def test_each_mistake_gets_its_value_its_rule_and_its_remedy(initialised: Terraform) -> None:
    mistakes = {
        "student_id": "Jane_Doe",
        "bucket_name": "Jane.Doe",
        "kms_key_arn": "",
        "region": "Ireland",
        "retention_days": {"splits": 10},
        "schema_file": "data/absent.json",
    }
    with pytest.raises(tftest.TerraformTestError) as refusal:
        initialised(".").plan(tf_vars=mistakes)
    shown = " ".join(refusal.value.cmd_error.replace("│", " ").split())
    for expected in (
        'student_id is "Jane_Doe": use 3 to 20 lower case letters and digits, with single hyphens only between them, '
        "e.g. jane-doe7. Names are made of it that AWS bounds: the bucket sagemaker-STUDENT_ID (lower case, 63 "
        "characters) and tuning jobs (32 characters).",
        'bucket_name is "Jane.Doe": S3 takes 3 to 63 lower case letters, digits and hyphens',
        'kms_key_arn is "": give a key\'s ARN',
        'region is "Ireland": give a region\'s code, such as us-east-1, or null.',
        "retention_days.splits is 10: keep the splits for more than 30 days",
        'schema_file is "data/absent.json": no such file; give a path relative to where Terraform runs',
    ):
        assert expected in shown, f"{expected!r} is not in: {shown}"


def test_reserved_bucket_name_is_refused_where_it_is_made(initialised: Terraform) -> None:
    with pytest.raises(tftest.TerraformTestError) as refusal:
        initialised(".").plan(tf_vars={"student_id": "jane-s3alias"})
    assert 'bucket_name is "sagemaker-jane-s3alias": S3 reserves' in " ".join(refusal.value.cmd_error.split())
