"""The `localaws` command."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from localaws import background, environment
from localaws.runtime import sandbox
from localaws.stack_lock import LockError
from localaws.state import Home, NotAHomeError, RunningStack, home

__all__ = ["main"]

NOT_RUNNING, NO_ANSWER = 3, 4
_DOCUMENT = Path("docs/local-stack/operations.md")
_DESCRIPTION = """\
A local AWS on 127.0.0.1: a SageMaker that really executes the work, and moto for plain services.
The state is in memory only: what was created is gone when the stack ends (`down`, Ctrl-C, a reboot)."""
_EPILOG = """\
Use it in a shell:   localaws up && eval "$(localaws env)"
Its folder (state file, log, jobs' directories) is $LOCALAWS_HOME, by default ~/.local/state/localaws."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0 done, 1 failed, 2 wrong usage, 3 no stack is running, 4 no answer)."""
    words = sys.argv[1:] if argv is None else list(argv)
    code = 1
    try:
        code = _run(words)
    finally:
        # A shell evaluates this output whatever the exit code: it must not go on with a real account.
        if code != 0 and words[:1] == ["env"]:
            print(environment.cut_off(os.environ), end="", flush=True)
    return code


def _run(words: list[str]) -> int:
    try:
        arguments = _parser().parse_args(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    place = home()
    try:
        return int(_COMMANDS[arguments.command](place, arguments))
    except (background.StackError, NotAHomeError) as error:
        message = str(error)
    except LockError as error:
        message = f"{place.path} is in use by {error}: end that first, or set another LOCALAWS_HOME"
    except TimeoutError as error:
        message = f"{error}: the files in {place.path} are left alone; end it and try again"
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    except OSError as error:
        message = f"{error.filename or place.path}: {error.strerror}: see to it, or set another LOCALAWS_HOME"
    print(f"localaws: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "localaws", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, words in (("serve", "run the stack in the foreground"), ("up", "start the stack in the background")):
        command = commands.add_parser(name, help=words, description=f"{words}. Its state is in memory only.")
        command.add_argument("--port", type=_port, default=0, help="TCP port on 127.0.0.1 (default 0: a free one)")
        command.add_argument("--region", default="us-east-1", help="region of the stack (default us-east-1)")
        command.add_argument("--account-id", type=_account, default="123456789012", help="account, 12 digits")
        if name == "serve":
            command.add_argument("--log", help=argparse.SUPPRESS)
    commands.add_parser("down", help="end the stack; its state is lost")
    codes = f"exit code 0, {NOT_RUNNING} if not, {NO_ANSWER} if it does not answer"
    commands.add_parser("status", help=f"say whether the stack runs ({codes})")
    logs = commands.add_parser("logs", help="print the stack's own log")
    logs.add_argument("-f", "--follow", action="store_true", help="go on printing as the log grows")
    commands.add_parser("env", help='print the lines of a shell\'s environment: eval "$(localaws env)"')
    iam = commands.add_parser("iam", help="what roles were denied, and what they used")
    reports = iam.add_subparsers(dest="report", required=True, metavar="REPORT")
    words = "print the last denials, each with the smallest statement that would allow it"
    explain = reports.add_parser("explain", help=words, description=f"{words}.")
    explain.add_argument("role", nargs="?", help="name of a role (default: all)")
    explain.add_argument("--last", type=_positive, default=10, metavar="N", help="how many (default 10)")
    words = "print what a role has used since the stack started, as a policy document"
    used = reports.add_parser("used", help=words, description=f"{words}.")
    used.add_argument("role", help="name of the role")
    operations = commands.add_parser(
        "operations", help="write the pages that list the implemented operations and their permissions"
    )
    operations.add_argument("--check", action="store_true", help="write nothing, fail if a page is stale")
    operations.add_argument("--page", type=Path, default=_DOCUMENT, help=f"the first page (default {_DOCUMENT})")
    return parser


def _serve(place: Home, arguments: argparse.Namespace) -> int:
    from localaws.serve import serve

    try:
        return serve(place, arguments.port, arguments.region, arguments.account_id, arguments.log)
    except LockError as error:
        running = place.running()
        where = f" at {running.endpoint_url}" if running else ""
        raise background.StackError(
            f"a stack of {place.path} already runs{where} ({error}): "
            "end it with `localaws down`, or set another LOCALAWS_HOME"
        ) from error


def _up(place: Home, arguments: argparse.Namespace) -> int:
    stack, started = background.up(place, arguments.port, arguments.region, arguments.account_id)
    print(f"localaws {'is up' if started else 'was up already'} at {stack.endpoint_url} (log: {stack.log or 'none'})")
    return 0


def _down(place: Home, arguments: argparse.Namespace) -> int:
    print("localaws is down" if background.down(place) else "localaws was not running")
    return 0


def _status(place: Home, arguments: argparse.Namespace) -> int:
    process = place.process()
    if process is None:
        print("localaws is not running")
        return NOT_RUNNING
    stack = place.recorded(process)
    if stack is None:
        print(f"localaws is starting or stopping (pid {process.pid}); if it stays so, `localaws down` ends it")
        return NO_ANSWER
    if not stack.is_healthy():
        print(f"localaws does not answer (pid {process.pid}): it is busy or frozen; `localaws down` ends it")
        return NO_ANSWER
    print(f"localaws runs at {stack.endpoint_url} (pid {stack.pid}, {stack.region}, account {stack.account_id})")
    if warning := sandbox.WARNINGS[sandbox.kind()]:
        print(warning)
    return 0


def _logs(place: Home, arguments: argparse.Namespace) -> int:
    process = place.process()
    stack = process and place.recorded(process)
    if stack and stack.log is None:
        raise background.StackError("the stack runs in the foreground: its log is on its terminal")
    if not place.log_file.exists():
        raise background.StackError(f"there is no log at {place.log_file}: start a stack with `localaws up`")
    for text in background.follow(place.log_file, arguments.follow):
        print(text, end="", flush=True)
    return 0


def _env(place: Home, arguments: argparse.Namespace) -> int:
    print(environment.lines(_answering(place), place.sdk_config, os.environ), end="")
    return 0


def _iam(place: Home, arguments: argparse.Namespace) -> int:
    from localaws.iam import report

    decided = _answering(place).decisions()
    if arguments.report == "explain":
        text = report.denials_text(decided["denials"], arguments.role, arguments.last)
        print(text or f"No request of {arguments.role or 'a role'} has been denied.", end="" if text else "\n")
        return 0
    roles = sorted({report.role_named(use["role"]) for use in decided["uses"]})
    if arguments.role not in roles:
        known = ", ".join(roles) or "none"
        raise background.StackError(
            f"role '{arguments.role}' has used nothing since the stack started (roles that have: {known})"
        )
    print(json.dumps(report.used_policy(decided["uses"], arguments.role), indent=2))
    return 0


def _answering(place: Home) -> RunningStack:
    """The stack of this home; raises StackError where none runs or it does not answer."""
    process = place.process()
    if process is None:
        raise background.StackError("no stack is running: start one with `localaws up`")
    stack = place.recorded(process)
    if stack is None or not stack.is_healthy():
        raise background.StackError(f"the stack (pid {process.pid}) does not answer: see `localaws status`")
    return stack


def _operations(place: Home, arguments: argparse.Namespace) -> int:
    from localaws import operations, permissions

    pages = {arguments.page: operations.page(), arguments.page.with_name("permissions.md"): permissions.page()}
    for path, text in pages.items():
        if arguments.check and (not path.exists() or path.read_text() != text):
            raise background.StackError(f"{path} is stale: run `localaws operations`")
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 0


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a TCP port (0 to 65535)")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return int(text)


def _account(text: str) -> str:
    if len(text) != 12 or not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not an account id (12 digits)")
    return text


_COMMANDS = {
    "serve": _serve,
    "up": _up,
    "down": _down,
    "status": _status,
    "logs": _logs,
    "env": _env,
    "iam": _iam,
    "operations": _operations,
}
