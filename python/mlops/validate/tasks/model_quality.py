"""Task 6: predictions are compared with delayed ground truth on a schedule, against a baseline."""

from __future__ import annotations

from mlops.validate import monitoring
from mlops.validate.account import Account
from mlops.validate.results import Result

__all__ = ["BUILT", "REMEDY", "TITLE", "check"]

TITLE = "Model-quality monitoring"
REMEDY = "aws sagemaker create-monitoring-schedule --monitoring-schedule-name model-quality-{student_id} …"
BUILT = False


def check(account: Account) -> Result:
    """An active schedule with a baseline."""
    remedy = REMEDY.format(student_id=account.student_id)
    return monitoring.scheduled(account, "ModelQuality", "describe_model_quality_job_definition", remedy)
