"""The demo's batch transform: the assessment's own command line, over the rows that Terraform uploaded."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlops.aws import clients
from mlops.demo import child

__all__ = ["transform"]


def transform(project: Path, student_id: str, model: str, environment: dict[str, str]) -> tuple[list[str], float]:
    """Runs `batch_transform.py`; what it said, and the seconds for which the job itself ran."""
    script = str(project / "python" / "batch_transform.py")
    said = child.run([sys.executable, script, student_id, model], environment).splitlines()
    described: Mapping[str, Any] = clients.client("sagemaker").describe_transform_job(TransformJobName=said[0])
    seconds = (described["TransformEndTime"] - described["TransformStartTime"]).total_seconds()
    return [said[0], *said[-2:]], float(seconds)
