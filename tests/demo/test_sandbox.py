"""The demo cannot reach a real account or a user's real state."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlops.aws.errors import UserError
from mlops.demo import sandbox

ACCOUNT = "123456789012"


def test_the_environment_names_no_account_profile_setting_or_proxy(tmp_path: Path) -> None:
    user = {
        "AWS_PROFILE": "prod",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com",
        "HOME": "/home/jane",
        "HTTPS_PROXY": "http://proxy:3128",
        "LOCALAWS_HOME": "/home/jane/stack",
        "PATH": "/usr/bin",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": "/home/jane/config.yaml",
        "TF_CLI_ARGS": "-lock=false",
        "TF_CLI_CONFIG_FILE": "/home/jane/terraformrc",
        "TF_DATA_DIR": "/home/jane/tf",
        "TF_PLUGIN_DIR": "/mirror",
        "TF_VAR_student_id": "real",
        "TF_WORKSPACE": "prod",
        "http_proxy": "http://proxy:3128",
    }
    assert sandbox.clean_environment(user, tmp_path) == {
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "HOME": str(tmp_path),
        "PATH": "/usr/bin",
        "TF_PLUGIN_DIR": "/mirror",
    }


def test_only_init_gets_the_user_s_proxy_and_the_plugin_cache(tmp_path: Path) -> None:
    user = {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "intranet", "AWS_PROFILE": "prod"}
    assert sandbox.downloading({"PATH": "/usr/bin"}, user, tmp_path / "plugins") == {
        "HTTPS_PROXY": "http://proxy:3128",
        "PATH": "/usr/bin",
        "TF_PLUGIN_CACHE_DIR": str(tmp_path / "plugins"),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "no_proxy": "intranet",
    }
    assert (tmp_path / "plugins").is_dir()


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "https://sts.amazonaws.com",
        "http://127.0.0.1.evil.example:80",
        "http://10.0.0.1:4566",
        "http://localhost:80",
    ],
)
def test_an_endpoint_elsewhere_is_refused(endpoint: str) -> None:
    with pytest.raises(UserError, match=r"not 127\.0\.0\.1: the demo runs against the local stack only"):
        sandbox.check_local({"AWS_ENDPOINT_URL": endpoint}, ACCOUNT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL_SAGEMAKER", "https://api.sagemaker.us-east-1.amazonaws.com"),
        ("AWS_PROFILE", "prod"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ],
)
def test_a_way_past_the_stack_is_refused(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"{name} would lead some calls past the local stack"):
        sandbox.check_local({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", name: value}, ACCOUNT)


def test_the_local_stack_is_accepted_and_another_account_is_not(stack: dict[str, str]) -> None:
    sandbox.check_local(stack, ACCOUNT)
    with pytest.raises(UserError, match=f"account {ACCOUNT} answers at .*, not the local stack's 999999999999"):
        sandbox.check_local(stack, "999999999999")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with everything a user may keep beside the root."""
    project = tmp_path / "checkout"
    for folder in ("modules/storage", "python", "data", "rendered", "build", "tests", ".terraform", ".git", ".venv"):
        (project / folder).mkdir(parents=True)
    for name in (
        "main.tf",
        "extra.tf.json",
        "backend.tf",
        "backend-prod.tf",
        "override.tf",
        "prod_override.tf",
        "prod_override.tf.json",
        "terraform.tfvars",
        "prod.auto.tfvars",
        "terraform.tfstate",
        ".terraform.lock.hcl",
        "README.md",
    ):
        (project / name).write_text("")
    return project


def test_the_composed_root_leaves_out_what_is_the_user_s(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "root"
    sandbox.compose_root(checkout, folder)
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "data",
        "demo_override.tf",
        "extra.tf.json",
        "main.tf",
        "modules",
        "python",
        "rendered",
    ]
    assert (folder / "modules" / "storage").is_dir()


def test_a_root_of_an_earlier_run_is_replaced_and_its_links_targets_are_not(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "root"
    sandbox.compose_root(checkout, folder)
    (folder / "terraform.tfstate").write_text("old")
    sandbox.compose_root(checkout, folder)
    assert not (folder / "terraform.tfstate").exists()
    assert (checkout / "modules" / "storage").is_dir()


def test_the_commit_of_this_moment_is_pinned(tmp_path: Path) -> None:
    project = tmp_path / "clone"
    project.mkdir()
    git = ["git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    sandbox.compose_root(project, tmp_path / "root")
    assert (tmp_path / "root" / ".git" / "HEAD").read_text() == commit


def test_a_backend_of_the_root_s_own_is_overridden(checkout: Path, tmp_path: Path) -> None:
    (checkout / "extra.tf.json").unlink()
    (checkout / "main.tf").write_text('terraform {\n  cloud {\n    organization = "real"\n  }\n}\n')
    folder = tmp_path / "root"
    sandbox.compose_root(checkout, folder)
    for command in (["init"], ["apply", "-auto-approve"]):
        subprocess.run(["terraform", *command, "-no-color"], cwd=folder, check=True, capture_output=True)
    assert (folder / "terraform.tfstate").is_file()
