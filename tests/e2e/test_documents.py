"""Every command in the README and on the pages of the built tasks runs as it is written: test_kept_demo.py runs them.

The pages say `jane`; the demo's student is `demo`. What starts or ends a whole system is run by the tests named in
ELSEWHERE.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demo_process import PROJECT

PAGES = (
    "docs/tasks/01-pipeline.md",
    "docs/tasks/02-tuning.md",
    "docs/tasks/03-batch-transform.md",
    "docs/tasks/04-model-registry.md",
    "docs/tasks/08-multi-model-endpoint.md",
    "docs/serving.md",
    "docs/how-to/grade.md",
    "README.md",
)
# Beginnings of commands, and the test or gate that runs them.
ELSEWHERE = {
    "make install": ".ci/run",
    "make demo": "tests/e2e/test_demo.py",
    "make test": ".ci/run",
    "make destroy": "tests/e2e/test_make.py",
    "make validate": "tests/e2e/test_make.py",
    "terraform init": "tests/e2e/test_readme.py",
    "source .venv/bin/activate": "tests/e2e/test_readme.py",
    "localaws up": "tests/e2e/test_readme.py",
    "localaws down": "tests/e2e/test_readme.py",
    'eval "$(localaws env)"': "tests/e2e/test_readme.py",
    "terraform apply": "tests/e2e/conftest.py, as part of the demo",
    "mlops deploy jane 1": "tests/commands/test_deploy.py",
    "mlops run pipeline jane -p TuningTrials": "tests/e2e/test_kept_demo.py, after an apply of its own",
}


def commands(page: str) -> list[str]:
    """The lines of a page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / page).read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("beginning", sorted(ELSEWHERE))
def test_what_runs_elsewhere_is_still_on_a_page(beginning: str) -> None:
    assert any(line.startswith(beginning) for page in PAGES for line in commands(page))
    where = ELSEWHERE[beginning].partition(",")[0]
    assert Path(PROJECT, where).exists()
