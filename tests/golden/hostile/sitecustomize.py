"""Loaded at the start of a rendering under test: any look-up of a host or connection ends the process at once."""

import os
import socket
import sys
from typing import Any, NoReturn


def _refuse(*arguments: Any, **_: Any) -> NoReturn:
    print(f"rendering reached for the network: {arguments}", file=sys.stderr, flush=True)
    os._exit(70)


socket.getaddrinfo = _refuse
socket.socket.connect = _refuse  # type: ignore[method-assign]
socket.socket.connect_ex = _refuse  # type: ignore[method-assign]
