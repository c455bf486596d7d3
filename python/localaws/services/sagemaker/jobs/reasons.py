"""Why a job failed, in SageMaker's words: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html"""

from __future__ import annotations

from localaws.runtime.folders import Folder, FolderError
from localaws.runtime.run import ContainerResult

__all__ = ["algorithm_error", "exit_message", "read_failure"]

MAX_REASON = 1024  # characters that FailureReason and ExitMessage hold


def exit_message(ml: Folder) -> str | None:
    """The first kilobyte of /opt/ml/output/message, None where the job left none.

    Raises UnicodeDecodeError for a file that is not UTF-8.
    """
    text = _start(ml, "message", MAX_REASON + 4)
    # A character cut in two at the end is not the job's fault.
    return text.decode("utf-8", "strict" if len(text) <= MAX_REASON else "ignore")[:MAX_REASON] or None


def read_failure(ml: Folder) -> str | None:
    """The beginning of /opt/ml/output/failure, whatever its encoding; None where the job left none."""
    return _start(ml, "failure", 4 * MAX_REASON).decode("utf-8", "replace").strip() or None


def _start(ml: Folder, name: str, size: int) -> bytes:
    """The first bytes of a file in /opt/ml/output; none where there is no file, and where a link stands for it."""
    try:
        with ml.read(("output", name)) as file:
            return file.read(size)
    except (FileNotFoundError, FolderError):
        return b""


def algorithm_error(said: str | None, result: ContainerResult) -> str:
    """`AlgorithmError: <what the program said>, exit code: <n>`, cut so that the exit code stays.

    `said` is what the program left for that purpose; without it, its last line on standard error.
    """
    last_line = next((line.strip() for line in reversed(result.last_words) if line.strip()), None)
    text = said or last_line or "See job logs for more information"
    end = f", exit code: {result.exit_code}"
    start = f"AlgorithmError: {text}"
    return start[: MAX_REASON - len(end)] + end
