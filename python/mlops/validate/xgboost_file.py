"""Recognises the files that XGBoost saves its models in, of every release, without loading them.

Students made the files: nothing in them is executed, and a file is read in bounded time and memory.
"""

from __future__ import annotations

import json
import pickletools
import re
from collections.abc import Mapping
from typing import Any

from mlops.validate import ubjson

__all__ = ["MAX_PARSED_BYTES", "is_model"]

MAX_PARSED_BYTES = 16 << 20  # a larger file is known by its beginning
_BEGINNING_BYTES = 1 << 16  # of a pickle, which names the class of its object first
_BOOSTERS = {"gbtree", "dart", "gblinear"}
_MEMBERS = (b"learner", b"gradient_booster")
# Of the binary format up to 2.x: the parameters of the learner, then the names of the objective and of the booster,
# each behind its length. https://github.com/dmlc/xgboost/blob/v1.7.6/src/learner.cc (LearnerModelParamLegacy)
_BINARY_PARAMETERS, _LENGTH = 136, 8
_OBJECTIVE = re.compile(rb"[a-z]+:[a-z_0-9]+")
_PICKLED = re.compile(r"(xgboost|sklearn)(\.|\s|\Z)")


def is_model(content: bytes) -> bool:
    """Whether a file is a model: UBJSON, JSON, the older binary format, or a pickled XGBoost or scikit-learn model."""
    if content.startswith(b"{"):
        return _is_document(content)
    if content.startswith((b"\x80", b"c")):
        return _is_pickled_model(content)
    return _is_binary(content.removeprefix(b"binf"))


def _is_document(content: bytes) -> bool:
    if len(content) > MAX_PARSED_BYTES:
        return all(member in content for member in _MEMBERS)
    try:
        document = json.loads(content) if content[1:2] in b'"\n\r\t ' else ubjson.read(content)
    except (ValueError, RecursionError):
        return False
    booster = _member(_member(document, "learner"), "gradient_booster")
    if _member(booster, "name") not in _BOOSTERS:
        return False
    model = _member(_member(booster, "gbtree") or booster, "model")  # dart holds a gbtree
    return bool(_member(model, "trees") or _member(model, "weights"))


def _member(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, Mapping) else None


def _is_binary(content: bytes) -> bool:
    start, names = _BINARY_PARAMETERS, []
    for _ in range(2):
        length = int.from_bytes(content[start : start + _LENGTH], "little")
        start += _LENGTH
        names.append(content[start : start + length] if length < 100 else b"")
        start += length
    objective, booster = names
    return bool(_OBJECTIVE.fullmatch(objective)) and booster.decode("ascii", "replace") in _BOOSTERS


def _is_pickled_model(content: bytes) -> bool:
    """Whether a pickle names a class of XGBoost or scikit-learn. Its instructions are listed, not run."""
    names_class, imports = False, False
    try:
        for code, argument, _ in pickletools.genops(content[:_BEGINNING_BYTES]):
            imports = imports or code.name in ("GLOBAL", "STACK_GLOBAL")
            names_class = names_class or (isinstance(argument, str) and _PICKLED.match(argument) is not None)
    except (ValueError, IndexError, OverflowError):  # the end, or an array of joblib's between the instructions
        pass
    return names_class and imports
