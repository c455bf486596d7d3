"""Every mistake in a schema, with the message that the user reads."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from job_cases import SCHEMA


def _changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    schema = copy.deepcopy(SCHEMA)
    change(schema)
    return schema


def _feature(**keys: object) -> dict[str, Any]:
    return _changed(lambda s: s["features"].append(keys))


def _facets(*facets: dict[str, Any]) -> dict[str, Any]:
    return _changed(lambda s: s.update(facets=list(facets)))


# name → (schema, message after "schema schema.json: ")
BAD_SCHEMAS: dict[str, tuple[Any, str]] = {
    "no object": ([], f"the schema must be an object with the keys {', '.join(SCHEMA)}"),
    "unknown key": (
        {**SCHEMA, "lable": {}},
        f"the schema has an unknown key 'lable'; the keys are {', '.join(SCHEMA)}",
    ),
    "key missing": (_changed(lambda s: s.pop("label")), "the schema lacks the key 'label'"),
    "name no string": ({**SCHEMA, "name": 7}, 'name must be a string, not 7; write it in quotes, "7"'),
    "name empty": ({**SCHEMA, "name": " "}, "name must not be empty"),
    "unknown delimiter": ({**SCHEMA, "delimiter": "::"}, 'delimiter is "::"; it must be one of [",", ";", "\\t", "|"]'),
    "missing_values no list": ({**SCHEMA, "missing_values": "?"}, 'missing_values must be a list of strings, not "?"'),
    "missing value no string": (
        {**SCHEMA, "missing_values": ["?", 0]},
        'missing_values[1] must be a string, not 0; write it in quotes, "0"',
    ),
    "missing value twice": ({**SCHEMA, "missing_values": ["?", "?"]}, "missing_values names '?' twice; name it once"),
    "missing value is a label": (
        {**SCHEMA, "missing_values": ["no"]},
        "missing_values holds 'no', which is a value of the label",
    ),
    "label key unknown": (
        _changed(lambda s: s["label"].update(type="category")),
        "label has an unknown key 'type'; the keys are name, positive, negative",
    ),
    "label values alike": (
        _changed(lambda s: s["label"].update(negative="yes")),
        "label has 'yes' as positive and as negative; they must differ",
    ),
    "label value no string": (
        _changed(lambda s: s["label"].update(positive=1)),
        'label.positive must be a string, not 1; write it in quotes, "1"',
    ),
    "one feature": (
        _changed(lambda s: s["features"].pop()),
        "features must be a list of at least 2 objects with name and type",
    ),
    "feature no object": (
        _changed(lambda s: s["features"].append("zip")),
        "features[2] must be an object with the keys name, type",
    ),
    "feature type unknown": (
        _feature(name="zip", type="text"),
        'features[2].type is "text"; it must be one of ["number", "category"]',
    ),
    "feature twice": (
        _feature(name="age", type="number"),
        "features[2] names 'age', which is a feature already; name it once",
    ),
    "label also a feature": (
        _feature(name="bought", type="category"),
        "features[2] names 'bought', which is the label; a model must not see its label",
    ),
    "feature also ignored": (
        {**SCHEMA, "ignored": ["id", "age"]},
        "ignored names 'age', which is a feature too; remove one of the two",
    ),
    "label also ignored": (
        {**SCHEMA, "ignored": ["bought"]},
        "ignored names 'bought', which is the label too; remove one of the two",
    ),
    "facets no list": ({**SCHEMA, "facets": {}}, "facets must be a list of objects"),
    "facet no feature": (
        _facets({"name": "sex", "disadvantaged": ["F"]}),
        "facets[0] names 'sex', which is no feature; add it to features",
    ),
    "facet twice": (
        _facets(*SCHEMA["facets"], *SCHEMA["facets"]),
        "facets[1] names 'city', which is a facet already; name it once",
    ),
    "facet of a category with a number": (
        _facets({"name": "city", "disadvantaged_above": 3}),
        "facets[0] must have the keys name and disadvantaged, because 'city' is a category",
    ),
    "facet of a number with values": (
        _facets({"name": "age", "disadvantaged": ["60"]}),
        "facets[0] must have the keys name and disadvantaged_above, because 'age' is a number",
    ),
    "facet threshold no number": (
        _facets({"name": "age", "disadvantaged_above": "60"}),
        'facets[0].disadvantaged_above must be a number, not "60"',
    ),
    "facet without values": (
        _facets({"name": "city", "disadvantaged": []}),
        "facets[0].disadvantaged must name at least one value",
    ),
}

# name → (text of schema.json, message)
BAD_SCHEMA_FILES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b'{"name": }', "schema schema.json: not JSON: Expecting value at line 1, column 10"),
    "not UTF-8": (b'{"name": "Z\xfcrich"}', "schema schema.json: byte 11 is not UTF-8; save the file as UTF-8"),
    "key twice": (
        b'{"name": "a", "name": "b"}',
        "schema schema.json: key 'name' stands twice in one object; keep one",
    ),
}
