"""Where the AWS provider comes from, with and without a registry."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from mlops.aws.errors import UserError
from mlops.commands import plugin_dir as module
from mlops.commands.plugin_dir import plugin_dir

PROVIDER = Path("registry.terraform.io", "hashicorp", "aws", "5.100.0")


@pytest.fixture
def no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REGISTRY_URL", "http://127.0.0.1:9/")


def test_tf_plugin_dir_wins(tmp_path: Path) -> None:
    (tmp_path / PROVIDER).mkdir(parents=True)
    assert plugin_dir({"TF_PLUGIN_DIR": str(tmp_path)}) == tmp_path


def test_a_tf_plugin_dir_without_the_provider_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"TF_PLUGIN_DIR={tmp_path} holds no registry.terraform.io/hashicorp/aws"):
        plugin_dir({"TF_PLUGIN_DIR": str(tmp_path)})


def test_a_registry_that_answers_needs_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "opt" / PROVIDER).mkdir(parents=True)
    (tmp_path / "index.json").write_text("{}")
    monkeypatch.setattr(module, "_REGISTRY_URL", (tmp_path / "index.json").as_uri())
    assert plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path) is None


@pytest.mark.usefixtures("no_registry")
class TestNoRegistry:
    @pytest.mark.parametrize("place", ["opt/mirror", "usr/local/share/terraform/plugins", "a/b/c"])
    def test_a_mirror_is_found(self, place: str, tmp_path: Path) -> None:
        (tmp_path / place / PROVIDER).mkdir(parents=True)
        assert plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path) == tmp_path / place

    def test_the_user_s_own_mirror_comes_first(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        for place in (home / ".terraform.d" / "plugins", tmp_path / "opt"):
            (place / PROVIDER).mkdir(parents=True)
        assert plugin_dir({"HOME": str(home)}, tmp_path) == home / ".terraform.d" / "plugins"

    def test_another_provider_s_mirror_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "opt" / "registry.terraform.io" / "hashicorp" / "google").mkdir(parents=True)
        with pytest.raises(UserError, match="cannot be had"):
            plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path)

    def test_neither_registry_nor_mirror_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(UserError) as caught:
            plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path)
        assert str(caught.value) == (
            "Terraform's AWS provider cannot be had: registry.terraform.io does not answer and this machine has no "
            "copy: where there is a network, run `terraform providers mirror FOLDER`, bring FOLDER here and set "
            "TF_PLUGIN_DIR to it"
        )

    def test_what_lies_too_deep_is_not_searched_for(self, tmp_path: Path) -> None:
        (tmp_path / "a/b/c/d" / PROVIDER).mkdir(parents=True)
        with pytest.raises(UserError, match="cannot be had"):
            plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path)

    def test_terraform_s_own_configuration_is_left_to_terraform(self, tmp_path: Path) -> None:
        (tmp_path / ".terraformrc").write_text('provider_installation {\n  network_mirror { url = "https://x/" }\n}\n')
        assert plugin_dir({"HOME": str(tmp_path)}, tmp_path) is None


def test_a_registry_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> None:
        over.wait(60)
        raise TimeoutError

    monkeypatch.setattr(module, "_PROBE_SECONDS", 0.2)
    monkeypatch.setattr(module.urllib.request, "urlopen", hang)
    began = time.monotonic()
    with pytest.raises(UserError, match="cannot be had"):
        plugin_dir({"HOME": str(tmp_path / "home")}, tmp_path)
    assert time.monotonic() - began < 30
    over.set()
