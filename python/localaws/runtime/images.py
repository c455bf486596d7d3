"""The image table: which local runtime stands for a container image URI."""

from __future__ import annotations

import fnmatch
import os
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUILT_IN = Path(__file__).with_name("images.toml")
PROGRAMS = Path(__file__).parents[1] / "images"
EXTENSION_VARIABLE = "LOCALAWS_IMAGES"
ALGORITHMS = ("xgboost",)
NETWORKS = ("own", "host")


class ImageTableError(ValueError):
    """An entry of an image table that cannot be used; the message names the file, the entry and the rule."""


class UnknownImageError(LookupError):
    """No entry of the image table matches. `str()` names the image and says how to extend the table.

    `hosted`: a model server is wanted, not a job's runtime.
    """

    def __init__(self, image: str, *, hosted: bool = False) -> None:
        what, key = "a local runtime", 'python = "/path/to/venv/bin/python"'
        if hosted:
            what, key = "a model server", 'serve = ["/path/to/venv/bin/python", "/path/to/server.py"]'
        super().__init__(
            f"Requested image {image} not found. The local stack runs no container images: name {what} for it in a "
            f'TOML file ([[image]] uri = "{image}" {key}), point {EXTENSION_VARIABLE} at that file, and start the '
            "stack again."
        )
        self.image = image


class NoServerError(LookupError):
    """The image's entry says how its jobs run and nothing of serving models."""

    def __init__(self, image: str) -> None:
        super().__init__(
            f"Image {image} hosts no models here: give it `serve`, the command of its model server, in the image table."
        )


@dataclass(frozen=True)
class Runtime:
    """A local runtime: an interpreter and what the image's own entry point would do.

    `command` runs a job; `processes` is the program of `localaws/images` that does what the image's own entry point
    does in a processing job. `serve` is the command of a model server of the user's own. `network` "own" gives that
    server a loopback of its own, on which it listens on port 8080; "host" gives it this machine's network and a port to
    bind.
    """

    uri: str
    python: str = field(default_factory=lambda: sys.executable)
    algorithm: str | None = None
    framework: str | None = None
    command: tuple[str, ...] = ()
    serve: tuple[str, ...] = ()
    network: str = "own"
    processes: str | None = None

    @property
    def trains(self) -> bool:
        """Whether a training job may leave the entry point to the image."""
        return bool(self.algorithm or self.framework or self.command)

    @property
    def hosts(self) -> bool:
        """Whether models can be served with it."""
        return bool(self.serve or self.algorithm or self.framework)


@dataclass(frozen=True)
class ImageTable:
    """Runtimes in the order in which they are tried."""

    runtimes: tuple[Runtime, ...]

    def runtime(self, image: str) -> Runtime:
        """The runtime for `image`; raises UnknownImageError."""
        for runtime in self.runtimes:
            if fnmatch.fnmatchcase(image, runtime.uri):
                return runtime
        raise UnknownImageError(image)

    def server(self, image: str) -> Runtime:
        """The runtime that hosts models of `image`; raises UnknownImageError and NoServerError."""
        try:
            runtime = self.runtime(image)
        except UnknownImageError as error:
            raise UnknownImageError(image, hosted=True) from error
        if not runtime.hosts:
            raise NoServerError(image)
        return runtime


def load_images(config_dir: Path | None = None) -> ImageTable:
    """The file that $LOCALAWS_IMAGES names, then `images.toml` of `config_dir` if it is there, then the built-in table.

    Raises ImageTableError for an entry that cannot be used, and for a file that $LOCALAWS_IMAGES names in vain.
    """
    files = []
    if named := os.environ.get(EXTENSION_VARIABLE):
        files.append(Path(named).expanduser())
        if not files[0].is_file():
            raise ImageTableError(f"{EXTENSION_VARIABLE}={named}: no such file; name an image table or unset it.")
    if config_dir and (config_dir / BUILT_IN.name).is_file():
        files.append(config_dir / BUILT_IN.name)
    return ImageTable(tuple(runtime for path in (*files, BUILT_IN) for runtime in _read(path)))


def _read(path: Path) -> Iterable[Runtime]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("image", [])
    except tomllib.TOMLDecodeError as error:
        raise ImageTableError(f"{path}: not a TOML file ({error}); see {BUILT_IN} for the form.") from error
    return [_entry(path, entry) for entry in entries]


def _entry(path: Path, entry: dict[str, Any]) -> Runtime:
    known = {"uri", "python", "algorithm", "framework", "command", "serve", "network", "processes"}
    where = f"{path}: image {entry.get('uri')!r}"
    if unknown := sorted(set(entry) - known):
        raise ImageTableError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    if not entry.get("uri") or not isinstance(entry["uri"], str):
        raise ImageTableError(f"{where}: every entry needs a `uri` pattern.")
    if entry.get("algorithm") not in (None, *ALGORITHMS):
        raise ImageTableError(f"{where}: algorithm {entry['algorithm']!r} is not one of {', '.join(ALGORITHMS)}.")
    processes = entry.get("processes")
    if processes is not None and not (PROGRAMS / str(processes) / "main.py").is_file():
        raise ImageTableError(f"{where}: there is no program {processes!r} in {PROGRAMS}.")
    python = str(Path(entry.get("python", sys.executable)).expanduser())
    if not os.access(python, os.X_OK):
        raise ImageTableError(f"{where}: python {python!r} is not a program that can be run; give an interpreter.")
    network = entry.get("network", NETWORKS[0])
    if network not in NETWORKS:
        raise ImageTableError(f"{where}: network {network!r} is not one of {', '.join(NETWORKS)}.")
    command, serve = (tuple(str(word) for word in entry.get(key, ())) for key in ("command", "serve"))
    algorithm, framework = entry.get("algorithm"), entry.get("framework")
    return Runtime(entry["uri"], python, algorithm, framework, command, serve, network, processes)
