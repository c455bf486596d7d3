"""What the Terraform tests share: a copy of what Terraform reads; the real binary and provider, without an account."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tftest
from provider_process import serve_provider
from terraform_account import account

from mlops.commands.plugin_dir import plugin_dir

PROJECT = Path(__file__).resolve().parents[2]
_READ = ("data", "examples", "modules", "rendered", "python/mlops/jobs", "tests/terraform")
_NOT_READ = shutil.ignore_patterns("__pycache__", ".terraform*", "*.tfstate*")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout without git, in which Terraform may leave its files."""
    folder = tmp_path_factory.mktemp("checkout")
    for path in PROJECT.glob("*.tf"):
        shutil.copy(path, folder)
    for name in _READ:
        shutil.copytree(PROJECT / name, folder / name, ignore=_NOT_READ)
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which no account can be reached; STS, which the provider asks for the account, is answered."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_", "TF_LOG"))}
    with account() as endpoint:
        yield kept | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
            "NO_PROXY": "127.0.0.1",
            "TF_IN_AUTOMATION": "1",
            "no_proxy": "127.0.0.1",
        }


@pytest.fixture(scope="session")
def plugins() -> str | None:
    """Folder for `terraform init -plugin-dir`, or None where Terraform gets the provider by itself."""
    found = plugin_dir(os.environ)
    return str(found) if found else None


@pytest.fixture(scope="session")
def provider(workspace: Path, environment: dict[str, str], plugins: str | None) -> Path:
    """The AWS provider's binary."""
    folder = workspace / "modules/storage"
    root = tftest.TerraformTest(str(folder))
    root.env = environment
    root.setup(plugin_dir=plugins, cleanup_on_exit=False)
    (binary,) = folder.glob(".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws*")
    return binary


@pytest.fixture(scope="session")
def shared(environment: dict[str, str], provider: Path) -> Iterator[dict[str, str]]:
    """`environment`, in which all runs of Terraform share one process of the provider."""
    with serve_provider(provider, environment) as shared:
        yield shared


@pytest.fixture(scope="session")
def initialised(workspace: Path, shared: dict[str, str]) -> Callable[[str], tftest.TerraformTest]:
    """Gives `terraform` in a folder of the workspace, initialised once a session."""
    ready: dict[str, tftest.TerraformTest] = {}

    def terraform(folder: str) -> tftest.TerraformTest:
        if folder not in ready:
            root = tftest.TerraformTest(str(workspace / folder))
            root.env = shared
            root.setup()
            ready[folder] = root
        return ready[folder]

    return terraform
