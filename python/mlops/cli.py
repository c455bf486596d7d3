"""The ``mlops`` command. A subcommand is one module with ``PATH``, ``HELP``, ``configure`` and ``execute``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol

from mlops.data import check as data_check
from mlops.operate import check_state, empty, logs, plugin_dir, run_pipeline, run_tuning
from mlops.operate.batch import command as run_transform
from mlops.operate.deploy import command as deploy
from mlops.operate.entry import guarded
from mlops.operate.models import COMMANDS as MODELS
from mlops.render import bootstrap_command
from mlops.render import command as render

__all__ = ["COMMANDS", "main"]


class Command(Protocol):
    """What a module must have to be a subcommand."""

    @property
    def PATH(self) -> tuple[str, ...]:
        """The words that call it: ``("run", "pipeline")`` is ``mlops run pipeline``."""

    @property
    def HELP(self) -> str:
        """One line for the list of commands."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the subcommand's arguments."""

    def execute(self, args: argparse.Namespace) -> int:
        """Does the work; returns the exit code."""


COMMANDS: tuple[Command, ...] = (
    run_pipeline,
    run_tuning,
    run_transform,
    deploy,
    *MODELS,
    bootstrap_command,
    data_check,
    logs,
    empty,
    plugin_dir,
    check_state,
    render,
)

_GROUPS = {
    "data": "your own data set",
    "models": "the models that endpoints serve",
    "run": "start work in SageMaker and watch it",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns its exit code (2 for a wrong command line, 130 after Ctrl-C)."""
    args = _parser().parse_args(argv)
    return guarded("mlops", lambda: args.execute(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mlops", description="Operate a deployed SageMaker MLOps system.")
    level = parser.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in COMMANDS:
        *group, name = command.PATH
        target = level
        if group:
            if group[0] not in groups:
                holder = level.add_parser(group[0], help=_GROUPS[group[0]])
                groups[group[0]] = holder.add_subparsers(metavar="WHAT", required=True)
            target = groups[group[0]]
        child = target.add_parser(name, help=command.HELP, description=command.HELP)
        command.configure(child)
        child.set_defaults(execute=command.execute)
    return parser


if __name__ == "__main__":
    sys.exit(main())
