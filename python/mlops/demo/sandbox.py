"""What keeps the demo away from a real account and from a user's own Terraform state."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mlops.aws import clients
from mlops.aws.errors import UserError

__all__ = ["check_local", "clean_environment", "compose_root", "downloading", "sealed"]

_KEPT = {"TF_PLUGIN_DIR"}
_DROPPED_PREFIXES = ("AWS_", "TF_", "TERRAFORM_", "SAGEMAKER_", "LOCALAWS_", "BOTO_", "XDG_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
_PROFILES = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}
_NOT_THE_ROOTS = {"build", "docs", "examples", "tests"}

# Beats any backend or cloud block of the root's own files: the state stays in the composed folder.
_LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'


def clean_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment without anything that names an account, a profile, a Terraform setting or a proxy.

    Args:
        environment: the user's.
        home: an empty folder that stands in for her home, so that no ``~/.aws`` or ``~/.terraformrc`` is read.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT or not (name.startswith(_DROPPED_PREFIXES) or name.lower() in _PROXIES)
    }
    return kept | {"HOME": str(home), "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


def downloading(environment: Mapping[str, str], user: Mapping[str, str], cache: Path) -> dict[str, str]:
    """The environment of ``terraform init``, the one command that may need the network.

    Args:
        environment: what all other commands get.
        user: the user's own, for the proxy on the way to the registry.
        cache: keeps what was downloaded for the next run.
    """
    cache.mkdir(parents=True, exist_ok=True)
    proxies = {name: value for name, value in user.items() if name.lower() in _PROXIES}
    # Without a lock file Terraform would take nothing from the cache, and the demo's root is made anew each time.
    settings = {"TF_PLUGIN_CACHE_DIR": str(cache), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    return {**environment, **proxies, **settings}


def sealed(stack: Mapping[str, str], home: Path) -> dict[str, str]:
    """The stack's environment with the doors that its own ``unset`` lines leave open shut as well."""
    return dict(stack) | {
        "HOME": str(home),
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def check_local(environment: Mapping[str, str], account: str) -> None:
    """Makes sure that every AWS call goes to this machine.

    To be called when ``environment`` is this process's own: the question is asked the way everything else will ask.

    Args:
        account: the local stack's, which must be the one that answers.

    Raises:
        UserError: the endpoint is elsewhere, a setting would send some calls elsewhere, or another account answers.
    """
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname != "127.0.0.1":
        raise UserError(f"AWS_ENDPOINT_URL is {endpoint!r}, not 127.0.0.1: the demo runs against the local stack only")
    ways_out = [name for name in environment if name.startswith("AWS_ENDPOINT_URL_") or name in _PROFILES]
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false").lower() != "false":
        ways_out.append("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    if ways_out:
        raise UserError(
            f"{', '.join(sorted(ways_out))} would lead some calls past the local stack: the demo stops here"
        )
    answering = clients.client("sts").get_caller_identity()["Account"]
    if answering != account:
        raise UserError(
            f"account {answering} answers at {endpoint}, not the local stack's {account}: the demo stops here"
        )


def compose_root(project: Path, folder: Path) -> None:
    """Makes ``folder`` a root module of links to the project's, without what a user keeps beside it.

    The root reads the commit it stands at from ``.git/HEAD``; here that is the commit of this moment, so that work
    going on in the checkout does not change the plan halfway. Left out are backend and override files, variable
    files, state and downloaded plugins. A previous run's folder is replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for entry in _parts(project):
        (folder / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
    (folder / "demo_override.tf").write_text(_LOCAL_BACKEND, encoding="utf-8")
    if commit := _commit(project):
        (folder / ".git").mkdir()
        (folder / ".git" / "HEAD").write_text(commit, encoding="utf-8")


def _commit(project: Path) -> str | None:
    try:
        asked = subprocess.run(["git", "-C", str(project), "rev-parse", "HEAD"], capture_output=True, text=True)
    except FileNotFoundError:  # no git, hence a downloaded archive
        return None
    return asked.stdout if asked.returncode == 0 else None


def _parts(project: Path) -> Iterable[Path]:
    for entry in sorted(project.iterdir()):
        name = entry.name
        if name.startswith(".") or name in _NOT_THE_ROOTS:
            continue
        if entry.is_dir():
            yield entry
        elif name.endswith((".tf", ".tf.json")):
            stem = name.removesuffix(".json").removesuffix(".tf")
            if not (stem.startswith("backend") or stem == "override" or stem.endswith("_override")):
                yield entry
