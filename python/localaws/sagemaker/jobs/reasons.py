"""Why a job failed, in SageMaker's words: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html"""

from __future__ import annotations

from pathlib import Path

from localaws.containers.run import ContainerResult

__all__ = ["algorithm_error", "exit_message", "read_text"]

MAX_REASON = 1024  # characters that FailureReason and ExitMessage hold


def exit_message(file: Path) -> str | None:
    """The first kilobyte of a message file that a job left, None where it left none.

    Raises UnicodeDecodeError for a file that is not UTF-8.
    """
    if not file.is_file() or file.is_symlink():
        return None
    with file.open("rb") as message:
        text = message.read(MAX_REASON + 4)
    # A character cut in two at the end is not the job's fault.
    return text.decode("utf-8", "strict" if len(text) <= MAX_REASON else "ignore")[:MAX_REASON] or None


def read_text(file: Path) -> str | None:
    """The beginning of a text file that a job left, whatever its encoding."""
    if not file.is_file() or file.is_symlink():
        return None
    with file.open("rb") as text:
        return text.read(4 * MAX_REASON).decode("utf-8", "replace").strip() or None


def algorithm_error(said: str | None, result: ContainerResult) -> str:
    """`AlgorithmError: <what the program said>, exit code: <n>`, cut so that the exit code stays.

    `said` is what the program left for that purpose; without it, its last line on standard error.
    """
    last_line = next((line.strip() for line in reversed(result.last_words) if line.strip()), None)
    text = said or last_line or "See job logs for more information"
    end = f", exit code: {result.exit_code}"
    start = f"AlgorithmError: {text}"
    return start[: MAX_REASON - len(end)] + end
