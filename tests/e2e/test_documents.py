"""Every command in the README and on the pages of the built tasks runs as it is written, in a kept demo.

The pages say `jane`; the demo's student is `demo`. What starts or ends a whole system is run by the tests named in
ELSEWHERE.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demo_process import BIN, PROJECT, Kept

pytestmark = pytest.mark.slow

_PAGES = (
    "docs/tasks/01-pipeline.md",
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
    "terraform init": "tests/e2e/conftest.py, as part of the demo",
    "terraform apply": "tests/e2e/conftest.py, as part of the demo",
}


def commands(page: str) -> list[str]:
    """The lines of a page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / page).read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_s_commands_run(page: str, kept: Kept) -> None:
    lines = [line for line in commands(page) if not line.startswith(tuple(ELSEWHERE))]
    for line in lines:
        # Terraform's state is in the demo's composed root; everything else runs from the project's.
        command = line.replace("jane", "demo").replace("terraform ", "terraform -chdir=build/demo/root ")
        command = command.replace("for id in demo john", "for id in demo")
        done = kept.run("bash", "-c", f'export PATH="{BIN}:$PATH"; {command}', check=False)
        # The validator's exit code 1 says that tasks are missing: it ran.
        good = (0, 1) if "validate_tasks.py" in line else (0,)
        assert done.returncode in good, f"{page}: {command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("beginning", sorted(ELSEWHERE))
def test_what_runs_elsewhere_is_still_on_a_page(beginning: str) -> None:
    assert any(line.startswith(beginning) for page in _PAGES for line in commands(page))
    where = ELSEWHERE[beginning].partition(",")[0]
    assert Path(PROJECT, where).exists()
