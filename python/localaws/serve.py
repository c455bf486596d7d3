"""The stack's own process, from start to end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from localaws import environment
from localaws.memory import return_freed_memory
from localaws.state import Home, RunningStack

if TYPE_CHECKING:
    from localaws.stack import Stack
    from localaws.stack_lock import StackLock

__all__ = ["serve"]

_LOOK_SECONDS = 1.0
_logger = logging.getLogger(__name__)


def serve(home: Home, port: int, region: str, account_id: str, log: str | None) -> int:
    """Serve until SIGTERM or SIGINT, then end the jobs' processes; returns the exit code.

    Prints the URL once the stack listens.  `log` is the file that the output goes to, for others to find.  Raises
    LockError where a stack runs in this home already.
    """
    home.create()
    lock = home.lock()
    environment.clean(os.environ)
    return_freed_memory()
    # moto reads its account when it is imported.
    os.environ["MOTO_ACCOUNT_ID"] = account_id
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # waitress warns whenever a request waits for a thread, and botocore tells where it found credentials.
    for name in ("waitress.queue", "botocore"):
        logging.getLogger(name).setLevel(logging.ERROR)

    from localaws.stack import Stack

    home.clear()
    home.work_dir.mkdir(mode=0o700)
    stack = Stack(region, account_id, home.work_dir, "", home.path)
    try:
        server = stack.create_server(port)
    except OSError as error:
        print(
            f"localaws: port {port} of 127.0.0.1 cannot be used: {error.strerror}. Choose another --port.",
            file=sys.stderr,
        )
        return 1
    _end_on_signals(stack)
    home.sdk_config.parent.mkdir(exist_ok=True)
    for name, text in environment.sdk_configs(region, account_id).items():
        home.sdk_config.with_name(name).write_text(text)
    principals = stack.principals
    home.write(
        RunningStack(
            pid=os.getpid(),
            endpoint_url=stack.endpoint_url,
            region=region,
            account_id=account_id,
            access_key_id=principals.administrator_access_key_id,
            secret_access_key=principals.administrator_secret_access_key,
            log=log,
        )
    )
    print(f"localaws serves {region} of account {account_id} at {stack.endpoint_url}", flush=True)
    stack.spawn("preload", lambda: _preload(stack))
    stack.start_background()
    stack.spawn("home", lambda: _end_without_home(stack, lock))
    try:
        # Returns when a signal raises SystemExit in it.
        server.run()
    finally:
        _logger.info("ending")
        stack.close()
        if lock.in_place():
            home.clear()
    return 0


def _end_without_home(stack: Stack, lock: StackLock) -> None:
    """End when the home has been removed: no command could find this stack any more."""
    while not stack.shutdown.wait(_LOOK_SECONDS):
        if not lock.in_place():
            _logger.error("the stack's home has been removed")
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _end_on_signals(stack: Stack) -> None:
    main = threading.get_ident()

    def end(number: int, frame: FrameType | None) -> None:
        # Once is enough: the second Ctrl-C must not cut the clean-up short.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        stack.shutdown.set()
        threading.Thread(target=close, name="ending", daemon=True).start()

    def close() -> None:
        # The server goes on until the background threads have ended: some have data to write to S3.
        stack.close()
        signal.pthread_kill(main, signal.SIGUSR1)

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGUSR1, leave)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)


def _preload(stack: Stack) -> None:
    """Load what the first requests need while the client is still starting, and say what jobs are not kept from."""
    from localaws.api.models import service_model
    from localaws.motobridge import bridge
    from localaws.runtime import sandbox

    bridge.preload(("s3", "sts", "iam"))
    if warning := sandbox.WARNINGS[sandbox.kind()]:
        _logger.warning(warning.removeprefix("WARNING: "))
    service_model()
    for service in stack.services.values():
        if service.operations is not None:
            service.operations()
    bridge.preload(("logs",))
