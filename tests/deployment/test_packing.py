"""The deployment core works where it is packed: alone, with the one module outside that it imports."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MLOPS = Path(__file__).resolve().parents[2] / "python" / "mlops"
OUTSIDE = ("__init__.py", "aws/__init__.py", "aws/errors.py")


def test_every_module_can_be_imported_from_a_package_of_its_own(tmp_path: Path) -> None:
    packed = tmp_path / "mlops"
    shutil.copytree(MLOPS / "deployment", packed / "deployment", ignore=shutil.ignore_patterns("__pycache__"))
    (packed / "aws").mkdir()
    for file in OUTSIDE:
        shutil.copy(MLOPS / file, packed / file)
    modules = sorted(f"mlops.deployment.{file.stem}" for file in (packed / "deployment").glob("[!_]*.py"))
    assert "mlops.deployment.rollout" in modules
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {', '.join(modules)}\n"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.startswith('mlops')), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert all(line.startswith(str(packed)) for line in done.stdout.splitlines()), done.stdout
