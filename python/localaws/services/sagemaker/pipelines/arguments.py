"""A place in a step's arguments, as messages name it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Argument"]


@dataclass(frozen=True)
class Argument:
    """One argument of a step; `path` is such as `AppSpecification.ContainerArguments[1]`, or empty for all of them.

    `step` is empty outside the steps, in PipelineExperimentConfig.
    """

    step: str
    path: str = ""

    def __str__(self) -> str:
        if not self.step:
            return f"'{self.path}'"
        return f"'{self.path}' of step '{self.step}'" if self.path else f"the arguments of step '{self.step}'"

    def member(self, name: str) -> Argument:
        """A member of this structure."""
        return Argument(self.step, f"{self.path}.{name}" if self.path else name)

    def entry(self, key: str) -> Argument:
        """The value of a key of this map."""
        return Argument(self.step, f"{self.path}['{key}']")

    def element(self, index: int) -> Argument:
        """An element of this list."""
        return Argument(self.step, f"{self.path}[{index}]")
