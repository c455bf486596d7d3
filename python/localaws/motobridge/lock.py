"""One moto call at a time.

moto was made for one test in one thread: it iterates over dictionaries that other requests change (every signed request
of an assumed role walks through all roles, for example), which fails now and then when Terraform works in parallel.
"""

from __future__ import annotations

import threading

__all__ = ["MOTO_LOCK"]

MOTO_LOCK = threading.RLock()
"""Held around every call into moto's backends; never while waiting for anything."""
