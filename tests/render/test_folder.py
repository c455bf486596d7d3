"""Writing the folder of artifacts and comparing with it."""

from pathlib import Path

import pytest

from mlops.render.errors import RenderError
from mlops.render.folder import check, difference, write


def test_write_makes_the_folder_what_was_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.json").write_text("{}\n", encoding="utf-8")
    (tmp_path / "same.json").write_text("{}\n", encoding="utf-8")
    write(tmp_path, {"same.json": b"{}\n", "pipeline/new.zip": b"PK\xff"})
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.*")} == {
        "same.json": b"{}\n",
        "pipeline/new.zip": b"PK\xff",
    }
    name = tmp_path.name
    assert capsys.readouterr().out == f"removed {name}/old.json\nwrote {name}/pipeline/new.zip\n{name}/ holds 2 files\n"


@pytest.mark.parametrize("action", [write, check])
def test_a_folder_of_other_files_is_left_alone(action: object, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(RenderError, match="holds other files and no artifact; name an empty folder or one that"):
        action(tmp_path, {"a.json": b"{}\n"})  # type: ignore[operator]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_check_accepts_what_write_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "new", {"pipeline/a.json": b"{}\n"})
    capsys.readouterr()
    assert check(tmp_path / "new", {"pipeline/a.json": b"{}\n"}) == 0
    assert capsys.readouterr().out == "new/ is up to date (1 files)\n"


def test_check_shows_the_difference_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.json": b'{\n  "eta": 0.3\n}\n'})
    capsys.readouterr()
    assert check(tmp_path, {"a.json": b'{\n  "eta": 0.2\n}\n'}) == 1
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
    assert (tmp_path / "a.json").read_bytes() == b'{\n  "eta": 0.3\n}\n'


def test_check_cuts_a_long_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, {"a.json": "".join(f"{line}\n" for line in range(100)).encode()}) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 41
    assert lines[-1] == "... 63 more lines"


@pytest.mark.parametrize(
    ("committed", "rendered", "first"),
    [
        ({"a": b"1\n"}, {"a": b"1\n"}, None),
        ({}, {"a": b"1\n"}, "--- /dev/null"),
        ({"a": b"1\n"}, {}, "--- rendered/a"),
        ({"a": b"1\n"}, {"a": b"1"}, "--- rendered/a"),
        ({"a": b"\xff"}, {"a": b"\xfe"}, "binary files rendered/a and rendered/a differ"),
    ],
)
def test_difference(committed: dict[str, bytes], rendered: dict[str, bytes], first: str | None) -> None:
    assert next(iter(difference(committed, rendered)), None) == first
