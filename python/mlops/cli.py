"""The ``mlops`` command. A subcommand is one module with ``PATH``, ``HELP``, ``configure`` and ``execute``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol

from mlops.commands import (
    check_state,
    data_check,
    deploy,
    empty,
    logs,
    models_add,
    models_bootstrap,
    models_invoke,
    models_list,
    plugin_dir,
    render,
    run_pipeline,
    run_transform,
    run_tuning,
)
from mlops.entry import run_cli

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
    models_add,
    models_list,
    models_invoke,
    models_bootstrap,
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
    return run_cli("mlops", lambda: args.execute(args))


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
