"""The file around python-terraform, on the real binary: streaming, exit codes, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from mlops.aws.terraform import Terraform, TerraformFailedError

ROOT = """
variable "student_id" { type = string }
resource "terraform_data" "this" { input = var.student_id }
output "student" { value = terraform_data.this.output }
output "list" { value = ["a", 1] }
"""
SLOW = """
variable "student_id" { type = string }
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "echo has begun; sleep 60" }
}
"""


def terraform(folder: Path, text: str, lines: list[str], student: str = "jane") -> Terraform:
    (folder / "main.tf").write_text(text)
    made = Terraform(folder, {"student_id": student}, lines.append, dict(os.environ))
    made.init(None)
    return made


def test_a_round_trip(tmp_path: Path) -> None:
    lines: list[str] = []
    made = terraform(tmp_path, ROOT, lines)
    assert made.plan() is True
    made.apply()
    assert made.outputs() == {"student": "jane", "list": ["a", 1]}
    assert made.plan() is False
    other = terraform(tmp_path, ROOT, lines, student="john")
    assert other.plan() is True
    other.destroy()
    assert json.loads((tmp_path / "terraform.tfstate").read_text())["resources"] == []
    assert "Destroy complete! Resources: 1 destroyed." in lines
    assert not any("\x1b" in line for line in lines)


def test_lines_come_while_terraform_still_works(tmp_path: Path) -> None:
    seen: dict[str, float] = {}
    slow = SLOW.replace("sleep 60", "sleep 1.5")
    (tmp_path / "main.tf").write_text(slow)
    made = Terraform(
        tmp_path, {"student_id": "jane"}, lambda line: seen.setdefault(line, time.monotonic()), dict(os.environ)
    )
    made.init(None)
    made.apply()
    begun = next(at for line, at in seen.items() if line.endswith("has begun"))
    complete = next(at for line, at in seen.items() if line.startswith("Apply complete!"))
    assert complete - begun > 1


def test_an_error_is_told_in_terraform_s_words(tmp_path: Path) -> None:
    made = terraform(tmp_path, ROOT, [])
    (tmp_path / "bad.tf").write_text('output "x" { value = var.undeclared }')
    with pytest.raises(TerraformFailedError, match="terraform apply ended with exit code 1: Reference to undeclared"):
        made.apply()


def test_ctrl_c_reaches_terraform_once_and_it_keeps_its_state(tmp_path: Path) -> None:
    lines: list[str] = []

    def interrupt() -> None:
        while not any(line.endswith("has begun") for line in lines):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    made = terraform(tmp_path, SLOW, lines)
    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        made.apply()
    said = "\n".join(lines)
    assert said.count("Interrupt received.") == 1
    assert "Two interrupts received" not in said
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    assert [resource["name"] for resource in state["resources"]] == ["slow"]


def test_a_second_ctrl_c_does_not_wait_and_leaves_nobody_behind(tmp_path: Path) -> None:
    """Against a Terraform that does not listen."""
    deaf = tmp_path / "terraform"
    deaf.write_text(f'#!/bin/bash\ntrap "echo later" INT\necho $$ begun\nsleep 61.5{os.getpid()} & wait; wait; wait\n')
    deaf.chmod(0o755)
    lines: list[str] = []

    def interrupt() -> None:
        for expected in (1, 2):
            while len(lines) < expected:
                time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGINT)

    path = f"{tmp_path}:{os.environ['PATH']}"
    made = Terraform(tmp_path, {}, lines.append, {**os.environ, "PATH": path})
    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        made.apply()
    assert time.monotonic() - began < 10
    assert lines[1:] == ["later"], "it heard the first one and went on"
    group = lines[0].split()[0]
    time.sleep(0.1)
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    alive = [line for line in listed.splitlines() if line.split()[0] == group and "Z" not in line]
    assert alive == []
