"""What an image URI stands for, and how a user adds to it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from localaws.runtime.images import ImageTableError, NoServerError, UnknownImageError, load_images


@pytest.mark.parametrize(
    ("image", "algorithm", "framework"),
    [
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", "xgboost", "xgboost"),
        ("450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.0-5", "xgboost", "xgboost"),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "xgboost", None),
        ("414596584902.dkr.ecr.us-gov-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3", None, "sklearn"),
    ],
)
def test_the_registries_of_every_region_and_partition(image: str, algorithm: str | None, framework: str | None) -> None:
    runtime = load_images().runtime(image)
    assert (runtime.algorithm, runtime.framework, runtime.python) == (algorithm, framework, sys.executable)


def test_an_unknown_image_is_named_with_the_remedy() -> None:
    with pytest.raises(UnknownImageError) as unknown:
        load_images().runtime("example.com/torch:2")
    assert "Requested image example.com/torch:2 not found" in str(unknown.value)
    assert '[[image]] uri = "example.com/torch:2"' in str(unknown.value)
    assert "LOCALAWS_IMAGES" in str(unknown.value)


def test_an_image_that_cannot_be_hosted_is_named_with_the_remedy_for_hosting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownImageError) as unknown:
        load_images().server("example.com/torch:2")
    assert '[[image]] uri = "example.com/torch:2" serve = ["/path/to/venv/bin/python", "/path/to/server.py"]' in str(
        unknown.value
    )
    table = tmp_path / "mine.toml"
    monkeypatch.setenv("LOCALAWS_IMAGES", str(table))
    table.write_text(f'[[image]]\nuri = "example.com/torch:2"\npython = "{sys.executable}"\n')
    with pytest.raises(NoServerError, match="hosts no models here: give it `serve`"):
        load_images().server("example.com/torch:2")
    table.write_text('[[image]]\nuri = "example.com/torch:2"\nserve = ["server"]\n')
    assert load_images().server("example.com/torch:2").serve == ("server",)


def test_the_users_tables_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    named = tmp_path / "mine.toml"
    named.write_text(f'[[image]]\nuri = "*/sagemaker-xgboost:*"\npython = "{python}"\ncommand = ["python3", "go.py"]\n')
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "images.toml").write_text('[[image]]\nuri = "example.com/*"\nframework = "torch"\n')
    monkeypatch.setenv("LOCALAWS_IMAGES", str(named))
    table = load_images(tmp_path / "config")
    mine = table.runtime("1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1")
    assert (mine.python, mine.command, mine.algorithm) == (str(python), ("python3", "go.py"), None)
    assert table.runtime("example.com/torch:2").framework == "torch"
    assert table.runtime("1.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1").framework == "sklearn"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[image]\n", "not a TOML file"),
        ('[[image]]\npython = "/usr/bin/python3"\n', "every entry needs a `uri` pattern"),
        ('[[image]]\nuri = "x"\npyton = "/usr/bin/python3"\n', "unknown key 'pyton'; known are algorithm, command"),
        ('[[image]]\nuri = "x"\nalgorithm = "kmeans"\n', "algorithm 'kmeans' is not one of xgboost"),
        ('[[image]]\nuri = "x"\nprocesses = "nothing"\n', "there is no program 'nothing' in .*images"),
        ('[[image]]\nuri = "x"\npython = "/no/python"\n', "python '/no/python' is not a program that can be run"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "images.toml").write_text(text)
    with pytest.raises(ImageTableError, match=message) as refused:
        load_images(tmp_path)
    assert str(tmp_path / "images.toml") in str(refused.value)


def test_a_named_table_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAWS_IMAGES", "/no/such/table.toml")
    with pytest.raises(ImageTableError, match=r"LOCALAWS_IMAGES=/no/such/table\.toml: no such file"):
        load_images()
