"""What goes wrong inside a pipeline, before it becomes a refusal or a step's FailureReason."""

from __future__ import annotations

from localaws.api.errors import AwsError, validation_error

__all__ = ["DefinitionError", "EvaluationError", "ReferenceTypeError", "StepFailure"]


class DefinitionError(ValueError):
    """A pipeline definition that AWS would refuse; the message comes after AWS's own opening words."""

    def refusal(self) -> AwsError:
        """The ValidationException that CreatePipeline and UpdatePipeline answer."""
        return validation_error(f"Unable to parse pipeline definition. {self}")


class ReferenceTypeError(DefinitionError):
    """A reference or function whose value is not of its argument's type; AWS's words have no opening here."""

    def refusal(self) -> AwsError:
        return validation_error(str(self))


class EvaluationError(Exception):
    """An expression that has no value in this execution, such as a property file without the key."""


class StepFailure(Exception):
    """A step that ended badly.

    `reason` is the step's FailureReason; `exception_type` is the type that retry policies name (`Step.THROTTLING`,
    `SageMaker.CAPACITY_ERROR`, …), or None when no policy applies.
    """

    def __init__(self, reason: str, exception_type: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exception_type = exception_type
