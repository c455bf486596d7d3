"""Requests made from the API model: valid ones, and ones that break a single constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from localaws.api.patterns import matches, translate

LONGEST = 3_000_000
MOST_ELEMENTS = 2_000
# Shapes whose pattern says more by its assertions than a sampler can follow.
SAMPLES = {"ClusterPrivateDnsHostname": "ip-10-0-0-1.ec2.internal", "ClusterPrivatePrimaryIp": "10.0.0.1"}
UNMATCHED = ("\x00", "\n", " ", "!", "_", "-", "€", "/", "a", "0", "")


@dataclass(frozen=True)
class Case:
    """A broken value, where it is broken, and what the refusal must say."""

    label: str
    value: Any
    code: str
    wording: str

    def inside(self, label: str, value: Any) -> Case:
        return Case(f"{label}.{self.label}" if self.label else label, value, self.code, self.wording)


def valid(shape: Shape) -> Any:
    """The smallest valid value: required members only, the first value of an enum."""
    if isinstance(shape, StructureShape):
        names = shape.required_members or (list(shape.members)[:1] if shape.metadata.get("union") else [])
        return {name: valid(shape.members[name]) for name in names}
    if isinstance(shape, ListShape):
        return [valid(shape.member) for _ in range(shape.metadata.get("min", 0))]
    if isinstance(shape, MapShape):
        return {key: valid(shape.value) for key in keys(shape.key, shape.metadata.get("min", 0))}
    if shape.type_name == "string":
        return text(shape)
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "blob":
        return ""
    return max(shape.metadata.get("min", 1), 1) if "max" not in shape.metadata else shape.metadata["max"]


def keys(shape: Shape, number: int) -> list[str]:
    """`number` different valid keys."""
    found: list[str] = []
    for index in range(number):
        candidates = [f"{valid(shape)}{index}", f"a{index}", f"aaaaaaaa{index}"]
        found.append(next(word for word in candidates if fits(shape, word)))
    return found


def text(shape: Shape) -> str:
    """A short string that keeps the shape's constraints."""
    if isinstance(shape, StringShape) and shape.enum:
        return shape.enum[0]
    if shape.name in SAMPLES:
        return SAMPLES[shape.name]
    shortest = shape.metadata.get("min", 0)
    if "pattern" not in shape.metadata:
        return "a" * max(shortest, 1)
    tree = parser.parse(translate(shape.metadata["pattern"]), re.ASCII)
    for extra in range(64):
        found = sample(tree, extra)
        if found and fits(shape, found):
            return found
    raise LookupError(f"no sample of {shape.name}: {shape.metadata}")


def fits(shape: Shape, value: str) -> bool:
    limits = shape.metadata
    return limits.get("min", 0) <= len(value) <= limits.get("max", LONGEST) and (
        "pattern" not in limits or matches(limits["pattern"], value)
    )


def sample(tree: Any, extra: int) -> str:
    """A string of a parsed pattern, in which every unbounded repetition has `extra` more than it needs."""
    out = ""
    for code, argument in tree:
        if code is codes.LITERAL:
            out += chr(argument)
        elif code is codes.NOT_LITERAL:
            out += "b" if argument == ord("a") else "a"
        elif code is codes.ANY:
            out += "a"
        elif code is codes.IN:
            out += member(argument)
        elif code is codes.BRANCH:
            out += sample(argument[1][0], extra)
        elif code is codes.SUBPATTERN:
            out += sample(argument[3], extra)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = argument
            out += sample(inner, extra) * min(least + extra, int(most))
        elif code not in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
            raise LookupError(f"no sample for {code}")
    return out


def member(items: Any) -> str:
    """A character of a class: a letter or digit where the class has one."""
    pattern = re.compile("[a1A]")
    inside = [character for character in "a1A-/.:_ " if in_class(items, character)]
    if inside:
        return next((character for character in inside if pattern.match(character)), inside[0])
    return next(chr(number) for number in range(0x110000) if in_class(items, chr(number)))


def in_class(items: Any, character: str) -> bool:
    negated = items[0][0] is codes.NEGATE
    found = False
    for code, argument in items:
        if code is codes.LITERAL:
            found |= ord(character) == argument
        elif code is codes.RANGE:
            found |= argument[0] <= ord(character) <= argument[1]
        elif code is codes.CATEGORY:
            category = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}.get(
                str(argument), {"CATEGORY_NOT_SPACE": r"\S", "CATEGORY_NOT_WORD": r"\W"}.get(str(argument), r"\D")
            )
            found |= re.match(category, character, re.ASCII) is not None
    return found != negated


def broken(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[Case]:
    """Every value that is valid but for one constraint, at every level of the shape."""
    if shape.name in path:
        return
    path = (*path, shape.name)
    yield Case("wrong type", wrong_type(shape), "SerializationException", "")
    if isinstance(shape, StructureShape):
        yield from broken_structure(shape, path)
    elif isinstance(shape, ListShape):
        yield from broken_list(shape, path)
    elif isinstance(shape, MapShape):
        yield from broken_map(shape, path)
    else:
        yield from broken_scalar(shape)


def wrong_type(shape: Shape) -> Any:
    if isinstance(shape, StructureShape | MapShape):
        return ["x"]
    if isinstance(shape, ListShape):
        return {"x": "y"}
    return {"string": 1, "blob": 1, "boolean": "yes", "timestamp": "now"}.get(shape.type_name, "one")


def broken_structure(shape: StructureShape, path: tuple[str, ...]) -> Iterator[Case]:
    base = valid(shape)
    for name in shape.required_members:
        without = {other: value for other, value in base.items() if other != name}
        yield Case(f"without {name}", without, "ValidationException", "Member must not be null")
        yield Case(f"null {name}", {**base, name: None}, "ValidationException", "Member must not be null")
    for name, inner in shape.members.items():
        for case in broken(inner, path):
            start = {} if shape.metadata.get("union") else base
            yield case.inside(name, {**start, name: case.value})


def broken_list(shape: ListShape, path: tuple[str, ...]) -> Iterator[Case]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if least > 0:
        few = [valid(shape.member)] * (least - 1)
        yield Case("too few", few, "ValidationException", f"length greater than or equal to {least}")
    if most is not None and most <= MOST_ELEMENTS:
        many = [valid(shape.member)] * (most + 1)
        yield Case("too many", many, "ValidationException", f"length less than or equal to {most}")
    for case in broken(shape.member, path):
        yield case.inside("item", [case.value, *[valid(shape.member)] * (least - 1)])


def broken_map(shape: MapShape, path: tuple[str, ...]) -> Iterator[Case]:
    most = shape.metadata.get("max")
    if most is not None and most <= MOST_ELEMENTS:
        entries = {key: valid(shape.value) for key in keys(shape.key, most + 1)}
        yield Case("too many", entries, "ValidationException", f"length less than or equal to {most}")
    key = keys(shape.key, 1)[0]
    for case in broken(shape.value, path):
        yield case.inside("value", {key: case.value})
    for case in broken_scalar(shape.key):
        yield case.inside("key", {case.value: valid(shape.value)})


def broken_scalar(shape: Shape) -> Iterator[Case]:
    limits = shape.metadata
    if shape.type_name in ("integer", "long", "float", "double"):
        if "min" in limits:
            wording = f"value greater than or equal to {limits['min']}"
            yield Case("too small", limits["min"] - 1, "ValidationException", wording)
        if "max" in limits:
            wording = f"value less than or equal to {limits['max']}"
            yield Case("too large", limits["max"] + 1, "ValidationException", wording)
    if shape.type_name != "string":
        return
    if isinstance(shape, StringShape) and shape.enum:
        yield Case("not in enum", "no such value", "ValidationException", "Member must satisfy enum value set: [")
    if limits.get("min", 0) > 0:
        wording = f"length greater than or equal to {limits['min']}"
        yield Case("too short", "a" * (limits["min"] - 1), "ValidationException", wording)
    if limits.get("max", LONGEST) < LONGEST:
        wording = f"length less than or equal to {limits['max']}"
        yield Case("too long", "a" * (limits["max"] + 1), "ValidationException", wording)
    if "pattern" in limits:
        bad = unmatched(shape)
        if bad is not None:
            wording = f"Member must satisfy regular expression pattern: {limits['pattern']}"
            yield Case("off pattern", bad, "ValidationException", wording)


def unmatched(shape: Shape) -> str | None:
    """A string of an allowed length that the pattern does not match; None where it matches everything tried."""
    limits = shape.metadata
    for word in UNMATCHED:
        padded = word * max(limits.get("min", 0), 1)
        if len(padded) <= limits.get("max", LONGEST) and not matches(limits["pattern"], padded):
            return padded
    return None


def variants(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[Any]:
    """Valid values: the smallest, and for each optional member or enum value at every level one that has it."""
    if shape.name in path:
        return
    path = (*path, shape.name)
    base = valid(shape)
    yield base
    if isinstance(shape, StructureShape):
        for name, inner in shape.members.items():
            start = {} if shape.metadata.get("union") else base
            yield from ({**start, name: value} for value in variants(inner, path))
    elif isinstance(shape, ListShape):
        yield from ([value] * max(1, shape.metadata.get("min", 0)) for value in variants(shape.member, path))
    elif isinstance(shape, MapShape):
        key = keys(shape.key, 1)[0]
        yield from ({key: value} for value in variants(shape.value, path))
    elif isinstance(shape, StringShape) and shape.enum:
        yield from shape.enum[1:5]
