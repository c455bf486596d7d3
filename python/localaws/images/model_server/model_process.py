"""The process of one model of a multi-model server."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from .http import Handler
from .workers import DRAIN_SECONDS, Connections

__all__ = ["run"]

_MOST_WORDS = 2000


def run(control: socket.socket, make: Callable[[Path], Handler], folder: Path) -> NoReturn:
    """Load the model of `folder`, say so over `control`, and serve the connections that come that way.

    What is said is one JSON object: {"bytes": memory of the process} or {"error": message, "memory": whether that was
    lacking}. The process ends with the other side of `control`, after the requests under way.
    """
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        served = Connections(make(folder))
    except BaseException as error:  # noqa: BLE001 - a user's code may raise anything; it ends this process
        traceback.print_exc()
        sys.stderr.flush()
        words = f"{type(error).__name__}: {error}"[:_MOST_WORDS]
        control.sendall(json.dumps({"error": words, "memory": isinstance(error, MemoryError)}).encode())
        os._exit(1)
    control.sendall(json.dumps({"bytes": private_bytes()}).encode())
    while True:
        said, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not said:
            break
        for descriptor in descriptors:
            served.add(socket.socket(fileno=descriptor))
    served.drain(DRAIN_SECONDS)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def private_bytes() -> int:
    """Bytes that ending this process would free; where the system does not tell, the most it ever held."""
    try:
        listing = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
        return 1024 * sum(int(size) for size in re.findall(r"Private_\w+: +(\d+) kB", listing))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
