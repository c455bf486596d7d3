"""Names that become paths, and folders in which anything may be a link."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from localaws.runtime.folders import Folder, FolderError, PathRefused, components


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "is empty"),
        ("/etc/passwd", "illegal char sub-sequence '//'"),
        ("a//b", "illegal char sub-sequence '//'"),
        ("../a", r"name '\.\.' in it"),
        ("a/../../b", r"name '\.\.' in it"),
        ("..", r"name '\.\.' in it"),
        ("./a", r"name '\.' in it"),
        ("a/", "ends with '/'"),
        ("a/ /b", "blank"),
        ("a\0b", "null byte"),
        ("a/" + "x" * 256, "name of 256 bytes in it, and 255 are"),
        ("ü" * 128, "name of 256 bytes"),
        ("\ud800", "is not UTF-8"),
    ],
)
def test_a_name_that_is_no_path_inside_a_folder_is_refused(name: str, rule: str) -> None:
    with pytest.raises(PathRefused, match=rule):
        components(name)


@pytest.mark.parametrize(
    "name", ["a", "a/b.csv", "..a", "...", "a\\..\\b", "line\nbreak", "x" * 255, "ü", "C:", "~", "$HOME"]
)
def test_an_unusual_name_stays_what_it_is(name: str, tmp_path: Path) -> None:
    with Folder.open(tmp_path) as folder, folder.create(components(name)) as file:
        file.write(b"1")
    assert (tmp_path / name).read_bytes() == b"1"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the one under test, with a secret."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    return folder


def test_no_link_is_followed(inside: Path, outside: Path) -> None:
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "secret")
    with Folder.open(inside, "/opt/ml") as folder:
        with pytest.raises(FolderError, match=r"/opt/ml/folder is a symbolic link or of another kind, not a folder"):
            folder.read(("folder", "secret"))
        with pytest.raises(FolderError, match="/opt/ml/file is a symbolic link"):
            folder.read(("file",))
        with pytest.raises(FolderError, match="/opt/ml/folder is a symbolic link"):
            folder.create(("folder", "new"))
        with pytest.raises(FileExistsError):
            folder.create(("file",))
        with pytest.raises(FolderError):
            folder.folder(("folder",), create=True)
        assert [(entry.path, entry.is_link) for entry in folder.entries()] == [("file", True), ("folder", True)]
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]


def test_a_folder_that_is_replaced_after_it_was_opened_stays_what_it_was(inside: Path, outside: Path) -> None:
    (inside / "output").mkdir()
    with Folder.open(inside) as folder, folder.folder(("output",)) as output:
        (inside / "output").rmdir()
        (inside / "output").symlink_to(outside)
        assert list(output.entries()) == []
        with pytest.raises(FileNotFoundError):
            output.read(("secret",))


def test_a_folder_that_changes_into_a_link_again_and_again_is_never_left(inside: Path, outside: Path) -> None:
    (inside / "real").mkdir()
    (inside / "real" / "secret").write_text("harmless")
    (inside / "link").symlink_to(outside)
    (inside / "real").rename(inside / "output")
    swapping = threading.Event()

    def swap() -> None:
        while not swapping.is_set():
            (inside / "output").rename(inside / "real")
            (inside / "link").rename(inside / "output")
            (inside / "output").rename(inside / "link")
            (inside / "real").rename(inside / "output")

    thread = threading.Thread(target=swap)
    thread.start()
    read = refused = 0
    try:
        with Folder.open(inside) as folder:
            while read < 200 or refused < 20:
                try:
                    with folder.read(("output", "secret")) as file:
                        assert file.read() == b"harmless"
                    read += 1
                except (FolderError, FileNotFoundError):
                    refused += 1
    finally:
        swapping.set()
        thread.join()


def test_a_pipe_does_not_block(inside: Path) -> None:
    os.mkfifo(inside / "pipe")
    with Folder.open(inside) as folder, pytest.raises(FolderError, match="pipe is not a regular file"):
        folder.read(("pipe",))


def test_deep_folders_take_few_descriptors(inside: Path) -> None:
    deep = inside.joinpath(*"d" * 400)
    deep.mkdir(parents=True)
    (deep / "file").touch()
    before = len(list(Path("/dev/fd").iterdir()))
    with Folder.open(inside) as folder:
        paths = []
        for entry in folder.entries():
            paths.append(entry.path)
            assert len(list(Path("/dev/fd").iterdir())) < before + 60
    assert paths[-1] == "/".join("d" * 400) + "/file"


def test_paths_longer_than_the_system_takes_are_refused(inside: Path) -> None:
    name, current = "n" * 250, os.open(inside, os.O_RDONLY)
    for _ in range(18):
        os.mkdir(name, dir_fd=current)
        below = os.open(name, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = below
    os.close(current)
    with Folder.open(inside) as folder, pytest.raises(FolderError, match="paths of more than 4096 bytes"):
        list(folder.entries())
