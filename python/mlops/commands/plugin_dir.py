"""``mlops plugin-dir``: where Terraform gets the AWS provider from, with and without a provider registry."""

from __future__ import annotations

import argparse
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlops.aws.errors import UserError

__all__ = ["HELP", "PATH", "configure", "execute", "plugin_dir"]

PATH = ("plugin-dir",)
HELP = "print the option that `terraform init` needs where the provider registry is out of reach (else nothing)"

_REGISTRY = "registry.terraform.io"
_REGISTRY_URL = f"https://{_REGISTRY}/.well-known/terraform.json"
_PROVIDER = Path(_REGISTRY, "hashicorp", "aws")
_PROBE_SECONDS = 3.0
_SEARCH_SECONDS = 5.0
_SEARCH_DEPTH = 3  # folders between the root and the mirror, e.g. /usr/local/share


def configure(parser: argparse.ArgumentParser) -> None:
    """Takes no arguments."""


def execute(args: argparse.Namespace) -> int:
    """Prints ``-plugin-dir=FOLDER`` or an empty line."""
    folder = plugin_dir(os.environ)
    print(f"-plugin-dir={folder}" if folder else "")
    return 0


def plugin_dir(environment: Mapping[str, str], root: Path = Path("/")) -> Path | None:
    """Where ``terraform init -plugin-dir`` finds the AWS provider on this machine.

    Args:
        environment: read for TF_PLUGIN_DIR, HOME, proxies and Terraform's own configuration.
        root: the folder that the search for a mirror starts from.

    Returns:
        $TF_PLUGIN_DIR where set; ``None`` where Terraform finds the provider by itself (the registry answers, or its
        configuration names an installation method); else a filesystem mirror found on the machine.

    Raises:
        UserError: $TF_PLUGIN_DIR holds no AWS provider, or there is neither registry nor mirror.
    """
    chosen = environment.get("TF_PLUGIN_DIR")
    if chosen:
        if not (Path(chosen) / _PROVIDER).is_dir():
            raise UserError(f"TF_PLUGIN_DIR={chosen} holds no {_PROVIDER}: point it at a provider mirror, or unset it")
        return Path(chosen).resolve()
    if _configured(environment) or _registry_answers():
        return None
    for folder in _candidates(environment, root):
        if (folder / _PROVIDER).is_dir():
            return folder
    raise UserError(
        f"Terraform's AWS provider cannot be had: {_REGISTRY} does not answer and this machine has no copy: where "
        "there is a network, run `terraform providers mirror FOLDER`, bring FOLDER here and set TF_PLUGIN_DIR to it"
    )


def _configured(environment: Mapping[str, str]) -> bool:
    file = Path(environment.get("TF_CLI_CONFIG_FILE") or Path(environment.get("HOME", "/"), ".terraformrc"))
    return file.is_file() and "provider_installation" in file.read_text(encoding="utf-8", errors="replace")


def _registry_answers() -> bool:
    """Asks within the time allowed; a name server that hangs does not hold up anybody, hence the thread."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(_REGISTRY_URL, timeout=_PROBE_SECONDS):
                answers.append(True)
        except (OSError, urllib.error.URLError):
            answers.append(False)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PROBE_SECONDS)
    return answers == [True]


def _candidates(environment: Mapping[str, str], root: Path) -> Iterator[Path]:
    home = Path(environment.get("HOME", "/"))
    if cache := environment.get("TF_PLUGIN_CACHE_DIR"):
        yield Path(cache)
    yield home / ".terraform.d" / "plugins"
    yield Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share", "terraform", "plugins")
    yield root / "usr" / "local" / "share" / "terraform" / "plugins"
    yield root / "usr" / "share" / "terraform" / "plugins"
    yield from _search(root)


def _search(root: Path) -> Iterator[Path]:
    """Folders near the root that hold a registry's folder, nearest first, on the root's own file system only."""
    deadline = time.monotonic() + _SEARCH_SECONDS
    device = root.stat().st_dev
    level = [root]
    for _ in range(_SEARCH_DEPTH + 1):
        below: list[Path] = []
        for folder in level:
            if time.monotonic() > deadline:
                return
            if (folder / _REGISTRY).is_dir():
                yield folder
            below.extend(_children(folder, device))
        level = below


def _children(folder: Path, device: int) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_dev == device
                and os.access(entry.path, os.R_OK | os.X_OK)
            ]
    except OSError:  # unreadable, or gone meanwhile
        return []
