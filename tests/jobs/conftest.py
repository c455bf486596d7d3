from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import job_cases
import pytest

from mlops.jobs.cli import main


@dataclass(frozen=True)
class Run:
    """What a job left: its exit code, what it said, the message for SageMaker and its folder of outputs."""

    code: int
    stdout: str
    stderr: str
    message: str | None
    output: Path

    def files(self) -> list[str]:
        """The outputs' paths, hidden ones included."""
        return sorted(path.relative_to(self.output).as_posix() for path in self.output.rglob("*") if path.is_file())


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run a job's command line in this process, its outputs in `tmp_path/output` unless told otherwise."""

    def run_job(command: str, *arguments: object, output: Path = tmp_path / "output") -> Run:
        message = tmp_path / "message"
        message.unlink(missing_ok=True)
        capsys.readouterr()
        code = main(["--message-file", str(message), command, "--output", str(output), *map(str, arguments)])
        captured = capsys.readouterr()
        said = message.read_text(encoding="utf-8") if message.exists() else None
        return Run(code, captured.out, captured.err, said, output)

    return run_job


@pytest.fixture
def data_set(tmp_path: Path) -> Callable[..., tuple[str, str, str, str]]:
    """Lay out a data set as SageMaker does and return preprocess's arguments for it."""

    def lay_out(content: bytes | None = None, schema: Any = None) -> tuple[str, str, str, str]:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "schema").mkdir(exist_ok=True)
        (tmp_path / "data/people.csv").write_bytes(job_cases.data() if content is None else content)
        text = (
            schema if isinstance(schema, bytes) else json.dumps(job_cases.SCHEMA if schema is None else schema).encode()
        )
        (tmp_path / "schema/schema.json").write_bytes(text)
        return "--input", str(tmp_path / "data"), "--schema", str(tmp_path / "schema")

    return lay_out
