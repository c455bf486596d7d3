"""One process of the AWS provider for many runs of Terraform, which would each start it several times.

https://developer.hashicorp.com/terraform/plugin/debugging: a provider that is started with -debug prints how Terraform
reaches it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_REATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.*)'")


@contextmanager
def serve_provider(binary: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Start the provider in `environment`; yields an environment in which Terraform uses it."""
    # With -debug it traces to standard error whatever it does.
    with subprocess.Popen(
        [binary, "-debug"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = next(found for line in process.stdout if (found := _REATTACH.search(line)))
            yield {**environment, "TF_REATTACH_PROVIDERS": found[1]}
        finally:
            process.terminate()
