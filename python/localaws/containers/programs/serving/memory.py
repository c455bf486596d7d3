"""How much memory a process has for itself."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

__all__ = ["private_bytes"]


def private_bytes() -> int:
    """Bytes that ending this process would free; where the system does not tell, the most it ever held."""
    try:
        listing = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
        return 1024 * sum(int(size) for size in re.findall(r"Private_\w+: +(\d+) kB", listing))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
