"""Model files of every format that XGBoost has, and what only resembles them."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import xgboost

from mlops.validate import ubjson
from mlops.validate.xgboost_file import is_model

DATA = np.random.default_rng(0).normal(size=(60, 3))
LABEL = (DATA[:, 0] > 0).astype(int)


def booster(rounds: int = 3, **parameters: Any) -> xgboost.Booster:
    return xgboost.train({"objective": "binary:logistic", **parameters}, xgboost.DMatrix(DATA, label=LABEL), rounds)


@pytest.mark.parametrize(
    "parameters",
    [{"booster": "gbtree"}, {"booster": "dart"}, {"booster": "gblinear"}, {"objective": "reg:squarederror"}],
    ids=lambda given: next(iter(given.values())),
)
def test_every_format_and_booster(parameters: dict[str, str]) -> None:
    model = booster(**parameters)
    saved, text = bytes(model.save_raw("ubj")), bytes(model.save_raw("json"))
    for content in (saved, text, json.dumps(json.loads(text), indent=2).encode(), *_pickled(model)):
        assert is_model(content)
    for content in (saved[:-1], saved[: len(saved) // 2], saved + b"x", text[:-1]):
        assert not is_model(content)


def _pickled(model: Any) -> list[bytes]:
    return [pickle.dumps(model, protocol) for protocol in (0, 2, 4, 5)]


def test_models_that_scripts_save() -> None:
    classifier = xgboost.XGBClassifier(n_estimators=3).fit(DATA, LABEL)
    stored = io.BytesIO()
    joblib.dump(classifier, stored)
    for content in (stored.getvalue(), *_pickled(classifier)):
        assert is_model(content)


def test_the_binary_format_of_older_releases() -> None:
    names = [struct.pack("<Q", len(name)) + name for name in (b"binary:logistic", b"gbtree")]
    old = struct.pack("<fI", 0.5, 3) + bytes(128) + b"".join(names) + b"trees"
    assert is_model(old)
    assert is_model(b"binf" + old)
    assert not is_model(old[:150])
    assert not is_model(old.replace(b"gbtree", b"gbtrex"))


class Executes:
    """A pickle that would create a file where it is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.file),)


def test_what_resembles_a_model(tmp_path: Path) -> None:
    key, many = b"{L" + struct.pack(">q", 1) + b"a", struct.pack(">q", 1 << 60)
    for content in (
        b"",
        b"x",
        b"{}",
        b"{",
        b"c" * 100,
        b"\x80",
        b"<html>",
        os.urandom(500),
        b'{"learner": {"gradient_booster": {"name": "gbtree", "model": {"trees": []}}}}',
        b'{"learner": {"gradient_booster": {}}}',
        b'{"a":' * 100_000,
        key + b"[" * 100_000,
        key + b"[#L" + many,
        key + b"[$d#L" + many,
        key + b"[$d#L" + b"\xff" * 8 + b"}",
        key + b"[#L" + struct.pack(">q", 2_000_000) + b"Z" * 2_000_000 + b"}",
        pickle.dumps({"a": 1}),
        pickle.dumps("xgboost"),
        pickle.dumps(Executes(tmp_path / "executed")),
        bytes(booster(rounds=0).save_raw("ubj")),
    ):
        assert not is_model(content), content[:40]
    assert list(tmp_path.iterdir()) == []


def test_ubjson_is_read_as_xgboost_writes_it() -> None:
    model = booster()
    read, text = ubjson.read(bytes(model.save_raw("ubj"))), json.loads(model.save_raw("json"))
    assert read["version"] == text["version"]
    assert read["learner"]["objective"] == text["learner"]["objective"]
    assert len(read["learner"]["gradient_booster"]["model"]["trees"]) == 3
