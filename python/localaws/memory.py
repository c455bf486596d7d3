"""Memory that was freed goes back to the operating system."""

from __future__ import annotations

import ctypes

__all__ = ["return_freed_memory"]

# Of malloc.h in the GNU C library (https://man7.org/linux/man-pages/man3/mallopt.3.html).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MIB = 1024**2


def return_freed_memory() -> None:
    """Keep glibc from raising its thresholds with each large object: it would hold 64 MB for every thread.

    Other C libraries (macOS, musl) need no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MIB)
        mallopt(_M_TRIM_THRESHOLD, 8 * _MIB)
