"""`mlops render` as its user meets it, without the SDK."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlops.render.command import check, stale, write

NO_SDK = "import sys; sys.modules['sagemaker'] = None; from mlops.render import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_without_the_sdk_it_says_what_installs_it(arguments: list[str], tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", NO_SDK, *arguments, "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "mlops render: the SageMaker SDK is not installed; `make render` installs it and renders\n"
    assert list(tmp_path.iterdir()) == []


def test_write_makes_the_folder_what_was_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.json").write_text("{}\n", encoding="utf-8")
    (tmp_path / "same.json").write_text("{}\n", encoding="utf-8")
    write(tmp_path, {"same.json": "{}\n", "pipeline/new.json": "[]\n"})
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")} == {
        "same.json",
        "pipeline/new.json",
    }
    name = tmp_path.name
    assert capsys.readouterr().out == (
        f"removed {name}/old.json\nwrote {name}/pipeline/new.json\n{name}/ holds 2 files\n"
    )


def test_check_accepts_what_write_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"pipeline/a.json": "{}\n"})
    capsys.readouterr()
    assert check(tmp_path, {"pipeline/a.json": "{}\n"}) == 0
    assert capsys.readouterr().out == f"{tmp_path.name}/ is up to date (1 files)\n"


def test_check_shows_the_difference_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.json": '{\n  "eta": 0.3\n}\n'})
    capsys.readouterr()
    assert check(tmp_path, {"a.json": '{\n  "eta": 0.2\n}\n'}) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "--- rendered/a.json",
        "+++ rendered/a.json",
        "@@ -1,3 +1,3 @@",
        " {",
        '-  "eta": 0.3',
        '+  "eta": 0.2',
        " }",
    ]
    assert shown.err == f"mlops render: {tmp_path.name}/ is stale; run `make render` and commit the result\n"
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "eta": 0.3\n}\n'


def test_check_cuts_a_long_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, {"a.json": "".join(f"{line}\n" for line in range(100))}) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 41
    assert lines[-1] == "... 63 more lines"


@pytest.mark.parametrize(
    ("committed", "rendered", "first"),
    [
        ({"a": "1\n"}, {"a": "1\n"}, None),
        ({}, {"a": "1\n"}, "--- /dev/null"),
        ({"a": "1\n"}, {}, "--- rendered/a"),
        ({"a": "1\n"}, {"a": "1"}, "--- rendered/a"),
    ],
)
def test_stale(committed: dict[str, str], rendered: dict[str, str], first: str | None) -> None:
    assert next(iter(stale(committed, rendered)), None) == first
