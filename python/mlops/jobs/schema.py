"""The data-set schema: which column is the label, which are features, what is missing. docs/schema.md describes it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from .errors import JobError, listed, quoted

KEYS = ("name", "file", "delimiter", "missing_values", "label", "features", "facets", "ignored")
REQUIRED = ("name", "file", "label", "features")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
FEATURE_TYPES = ("number", "category")
# AWS's XGBoost container finds the delimiter of a request by looking at it, and one column has none.
FEWEST_FEATURES = 2


class Label(NamedTuple):
    """The column to predict and the texts of its two values."""

    name: str
    positive: str
    negative: str


class Facet(NamedTuple):
    """A feature whose groups are compared for bias: the disadvantaged values, or the number above which they begin."""

    name: str
    disadvantaged: tuple[str, ...]
    disadvantaged_above: float | None


class Schema(NamedTuple):
    """A checked schema; `features` maps name to type in the order of raw rows; `sha256` is that of the file."""

    name: str
    file: str
    delimiter: str
    missing_values: tuple[str, ...]
    label: Label
    features: dict[str, str]
    facets: tuple[Facet, ...]
    ignored: tuple[str, ...]
    sha256: str


def load_schema(path: Path) -> Schema:
    """Read the schema at `path`, a JSON file or a folder that holds one. Raises JobError with the rule broken."""
    file = _schema_file(path)
    content = file.read_bytes()
    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_duplicates)
    except UnicodeDecodeError as error:
        raise JobError(f"schema {file.name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise JobError(
            f"schema {file.name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except _DuplicateKey as error:
        raise JobError(f"schema {file.name}: key {quoted(str(error))} stands twice in one object; keep one") from None
    return _Reader(file.name).schema(document, hashlib.sha256(content).hexdigest())


def _schema_file(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise JobError(f"schema {path} does not exist; pass the schema file, or a folder that holds it, as --schema")
    found = sorted(file for file in path.rglob("*.json") if file.is_file())
    if len(found) != 1:
        what = "no .json file" if not found else f"{len(found)} .json files ({listed([f.name for f in found])})"
        raise JobError(f"schema folder {path} holds {what}; it must hold exactly one, the schema")
    return found[0]


class _DuplicateKey(Exception):
    pass


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKey(key)
        result[key] = value
    return result


class _Reader:
    """Checks the document; every message begins with the file and the place in it."""

    def __init__(self, file: str) -> None:
        self._file = file

    def _error(self, place: str, problem: str) -> JobError:
        return JobError(f"schema {self._file}: {place} {problem}")

    def _text(self, value: Any, place: str, empty: bool = False) -> str:
        if not isinstance(value, str):
            remedy = "" if isinstance(value, (dict, list)) else f'; write it in quotes, "{json.dumps(value)}"'
            raise self._error(place, f"must be a string, not {json.dumps(value)}{remedy}")
        if not value.strip() and not empty:
            raise self._error(place, "must not be empty")
        return value.strip() if not empty else value

    def _texts(self, value: Any, place: str, empty: bool = False) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self._error(place, f"must be a list of strings, not {json.dumps(value)}")
        texts = [self._text(item, f"{place}[{index}]", empty) for index, item in enumerate(value)]
        for text in texts:
            if texts.count(text) > 1:
                raise self._error(place, f"names {quoted(text)} twice; name it once")
        return tuple(texts)

    def _object(self, value: Any, place: str, required: tuple[str, ...], known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(place, f"must be an object with the keys {', '.join(known)}")
        for key in value:
            if key not in known:
                raise self._error(place, f"has an unknown key {quoted(key)}; the keys are {', '.join(known)}")
        for key in required:
            if key not in value:
                raise self._error(place, f"lacks the key {quoted(key)}")
        return value

    def schema(self, document: Any, sha256: str) -> Schema:
        top = self._object(document, "the schema", REQUIRED, KEYS)
        delimiter = top.get("delimiter", ",")
        if delimiter not in DELIMITERS:
            raise self._error(
                "delimiter", f"is {json.dumps(delimiter)}; it must be one of {json.dumps(list(DELIMITERS))}"
            )
        label = self._label(top["label"])
        features = self._features(top["features"], label)
        ignored = self._texts(top.get("ignored", []), "ignored")
        for name in ignored:
            if name in features or name == label.name:
                role = "the label" if name == label.name else "a feature"
                raise self._error("ignored", f"names {quoted(name)}, which is {role} too; remove one of the two")
        missing = self._texts(top.get("missing_values", [""]), "missing_values", empty=True)
        for value in (label.positive, label.negative):
            if value in missing:
                raise self._error("missing_values", f"holds {quoted(value)}, which is a value of the label")
        return Schema(
            name=self._text(top["name"], "name"),
            file=self._text(top["file"], "file"),
            delimiter=delimiter,
            missing_values=missing,
            label=label,
            features=features,
            facets=self._facets(top.get("facets", []), features),
            ignored=ignored,
            sha256=sha256,
        )

    def _label(self, value: Any) -> Label:
        keys = ("name", "positive", "negative")
        label = self._object(value, "label", keys, keys)
        result = Label(*(self._text(label[key], f"label.{key}") for key in keys))
        if result.positive == result.negative:
            raise self._error("label", f"has {quoted(result.positive)} as positive and as negative; they must differ")
        return result

    def _features(self, value: Any, label: Label) -> dict[str, str]:
        if not isinstance(value, list) or len(value) < FEWEST_FEATURES:
            raise self._error("features", f"must be a list of at least {FEWEST_FEATURES} objects with name and type")
        features: dict[str, str] = {}
        for index, item in enumerate(value):
            place = f"features[{index}]"
            feature = self._object(item, place, ("name", "type"), ("name", "type"))
            name = self._text(feature["name"], f"{place}.name")
            if feature["type"] not in FEATURE_TYPES:
                rule = f"is {json.dumps(feature['type'])}; it must be one of {json.dumps(list(FEATURE_TYPES))}"
                raise self._error(f"{place}.type", rule)
            if name in features:
                raise self._error(place, f"names {quoted(name)}, which is a feature already; name it once")
            if name == label.name:
                raise self._error(place, f"names {quoted(name)}, which is the label; a model must not see its label")
            features[name] = feature["type"]
        return features

    def _facets(self, value: Any, features: dict[str, str]) -> tuple[Facet, ...]:
        if not isinstance(value, list):
            raise self._error("facets", "must be a list of objects")
        facets: list[Facet] = []
        for index, item in enumerate(value):
            place = f"facets[{index}]"
            facet = self._object(item, place, ("name",), ("name", "disadvantaged", "disadvantaged_above"))
            name = self._text(facet["name"], f"{place}.name")
            if name not in features:
                raise self._error(place, f"names {quoted(name)}, which is no feature; add it to features")
            if any(other.name == name for other in facets):
                raise self._error(place, f"names {quoted(name)}, which is a facet already; name it once")
            key = "disadvantaged" if features[name] == "category" else "disadvantaged_above"
            if set(facet) != {"name", key}:
                raise self._error(
                    place, f"must have the keys name and {key}, because {quoted(name)} is a {features[name]}"
                )
            facets.append(self._facet(name, facet[key], f"{place}.{key}"))
        return tuple(facets)

    def _facet(self, name: str, value: Any, place: str) -> Facet:
        if place.endswith("_above"):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise self._error(place, f"must be a number, not {json.dumps(value)}")
            return Facet(name, (), float(value))
        disadvantaged = self._texts(value, place)
        if not disadvantaged:
            raise self._error(place, "must name at least one value")
        return Facet(name, disadvantaged, None)
