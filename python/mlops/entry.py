"""What every program that a person starts has in common: errors become one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from mlops.aws.errors import CannotLookError, UserError, explain

__all__ = ["run_cli"]


def run_cli(program: str, work: Callable[[], int]) -> int:
    """Runs an entry point's work and turns every error that a user can cause into one line and an exit code."""
    try:
        return work()
    except (BotoCoreError, ClientError) as error:
        return _report(program, explain(error))
    except ResponseParserError:
        return _report(program, CannotLookError("what answers is not AWS, but a proxy perhaps: check AWS_ENDPOINT_URL"))
    except UserError as error:
        return _report(program, error)
    except KeyboardInterrupt:
        # A shell ends its loop only where the program ends by the signal.
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        return 130
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
        return 0


def _report(program: str, error: UserError) -> int:
    print(f"{program}: {error}", file=sys.stderr)
    return error.exit_code
