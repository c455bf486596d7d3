"""A state of before a move: its roles are taken along, and neither deleted nor created again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tftest

pytestmark = pytest.mark.slow

# Module of the root → its role's former name in the code, the role and its policy.
_FORMER = {
    "module.model": ("this", "mlops-jane-doe7-model", "serve"),
    "module.multi_model_endpoint[0]": ("this", "mlops-jane-doe7-multi-model", "serve"),
    "module.training_pipeline": ("job", "mlops-jane-doe7-job", "run-jobs"),
    "module.tuning": ("this", "mlops-jane-doe7-tuning", "run-trials"),
}


def _resource(module: str, kind: str, name: str, attributes: dict[str, str]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "module": module,
        "type": kind,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }


def test_roles_of_jobs_and_models_move_into_their_module(
    initialised: Callable[[str], tftest.TerraformTest], workspace: Path
) -> None:
    former = []
    for module, (name, role, policy) in _FORMER.items():
        arn = f"arn:aws:iam::123456789012:role/{role}"
        former += [
            _resource(module, "aws_iam_role", name, {"arn": arn, "id": role, "name": role, "path": "/"}),
            _resource(module, "aws_iam_role_policy", name, {"id": f"{role}:{policy}", "name": policy, "role": role}),
        ]
    folder = workspace / "moves"
    folder.mkdir()
    for path in [*workspace.glob("*.tf"), *(workspace / name for name in ("data", "modules", "python", "rendered"))]:
        (folder / path.name).symlink_to(path)
    state = {"version": 4, "serial": 1, "lineage": "former", "outputs": {}, "resources": former}
    (folder / "terraform.tfstate").write_text(json.dumps(state), encoding="utf-8")

    plan = initialised("moves").plan(output=True, refresh=False, tf_vars={"student_id": "jane-doe7"})

    moved = {
        change["previous_address"]: change for change in plan._raw["resource_changes"] if "previous_address" in change
    }
    assert {address: change["address"] for address, change in moved.items()} == {
        f"{module}.{kind}.{name}": f"{module}.module.job_role.{kind}.this"
        for module, (name, _, _) in _FORMER.items()
        for kind in ("aws_iam_role", "aws_iam_role_policy")
    }
    # The state above knows little of a role, so that the rest of it is added in place.
    assert {tuple(change["change"]["actions"]) for change in moved.values()} <= {("no-op",), ("update",)}
