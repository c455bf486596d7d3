"""A small data set, and every mistake in data that preprocessing answers, with the message that the user reads."""

from __future__ import annotations

from typing import Any

SCHEMA: dict[str, Any] = {
    "name": "people",
    "file": "people.csv",
    "delimiter": ",",
    "missing_values": ["?", ""],
    "label": {"name": "bought", "positive": "yes", "negative": "no"},
    "features": [{"name": "age", "type": "number"}, {"name": "city", "type": "category"}],
    "facets": [{"name": "city", "disadvantaged": ["Bern"]}],
    "ignored": ["id"],
}
HEADER = "age,city,bought"
ROWS = [f"{20 + i},{('Bern', 'Rome', 'Oslo')[i % 3]},{'yes' if i % 4 == 0 else 'no'}" for i in range(40)]


def data(header: str = HEADER, rows: list[str] | None = None, end: str = "\n") -> bytes:
    """The CSV's bytes."""
    return end.join([header, *(ROWS if rows is None else rows), ""]).encode()


def with_line(number: int, text: str) -> bytes:
    """The CSV with line `number` (1 is the header) replaced."""
    lines = [HEADER, *ROWS]
    lines[number - 1] = text
    return "\n".join([*lines, ""]).encode()


CORRECT_IT = "; correct it, add it to missing_values in the schema, or declare the feature a category"
MEND_IT = ": the header has 3; mend the line, and put values that hold a delimiter in quotes"
CORRECT_LABELS = " being so; correct the rows, or label.positive and label.negative in the schema"

# name → (content of people.csv, message)
BAD_DATA: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "people.csv is empty; it must hold a header and rows"),
    "blank file": (b" \r\n\n", "people.csv is empty; it must hold a header and rows"),
    "header only": (data(rows=[]), "people.csv holds a header and no row; add rows"),
    "header only, no line end": (HEADER.encode(), "people.csv holds a header and no row; add rows"),
    "label column missing": (
        data(header="age,city,buys"),
        "people.csv: the label column 'bought' is missing; the header has 'age', 'city', 'buys'; add the column or "
        "correct label.name in the schema",
    ),
    "feature column missing": (
        data(header="age,town,bought"),
        "people.csv: missing feature column 'city'; the header has 'age', 'town', 'bought'; add the column or take "
        "the feature out of the schema",
    ),
    "several feature columns missing": (
        data(header="years,town,bought"),
        "people.csv: missing feature columns 'age', 'city'; the header has 'years', 'town', 'bought'; add the "
        "column or take the feature out of the schema",
    ),
    "duplicate header name": (
        data(header="age,city,bought,city"),
        "people.csv: the header names the column 'city' twice; give each column its own name",
    ),
    "wrong delimiter": (
        data().replace(b",", b";"),
        "people.csv: the delimiter looks like ';' (semicolon), the schema says ',' (comma); set delimiter to ';' "
        "in the schema",
    ),
    "wrong delimiter, tab": (
        data().replace(b",", b"\t"),
        "people.csv: the delimiter looks like '\\t' (tab), the schema says ',' (comma); set delimiter to '\\t' in "
        "the schema",
    ),
    "another delimiter in the rows": (
        data(rows=[row.replace(",", ";") for row in ROWS]),
        "people.csv line 2: the delimiter looks like ';' (semicolon), the header has ',' (comma); use one "
        "delimiter throughout",
    ),
    "not UTF-8": (
        with_line(3, "21,Z@rich,no").replace(b"@", b"\xfc"),
        "people.csv is not UTF-8: byte 0xfc at offset 32, line 3; save the file as UTF-8",
    ),
    "not UTF-8 at the end": (
        data() + b"21,Z\xc3",
        "people.csv is not UTF-8: byte 0xc3 at offset 470, line 42; save the file as UTF-8",
    ),
    "UTF-16": (
        data().decode().encode("utf-16"),
        "people.csv is UTF-16 (it begins with the bytes fffe); save it as UTF-8",
    ),
    "row too short": (
        with_line(7, "25,no"),
        "people.csv line 7 has 2 values, too few" + MEND_IT,
    ),
    "row too long": (
        with_line(7, "25,Washington, D.C.,no"),
        "people.csv line 7 has 4 values, too many" + MEND_IT,
    ),
    "line of blanks": (
        with_line(7, "   "),
        "people.csv line 7 has 1 value, too few" + MEND_IT,
    ),
    "quote never closed": (
        with_line(7, '25,"Rome,no'),
        "people.csv: a quoted value that begins after line 6 is broken (unexpected end of data); mend its quotes",
    ),
    "text in a number column": (
        with_line(7, "old,Rome,no"),
        "people.csv line 7, column 'age': 'old' is not a number" + CORRECT_IT,
    ),
    "text in a number column after a quoted line end": (
        with_line(3, '21,"Ro\nme",no').replace(b"\n25,", b"\nold,"),
        "people.csv line 8, column 'age': 'old' is not a number" + CORRECT_IT,
    ),
    "header among the rows": (
        with_line(7, HEADER.replace("bought", "no")),
        "people.csv line 7, column 'age': 'age' is not a number (a header among the rows?)" + CORRECT_IT,
    ),
    "infinite number": (
        with_line(7, "inf,Rome,no"),
        "people.csv line 7, column 'age': 'inf' is not a finite number" + CORRECT_IT,
    ),
    "NaN": (
        with_line(7, "NaN,Rome,no"),
        "people.csv line 7, column 'age': 'NaN' is not a finite number" + CORRECT_IT,
    ),
    "number too large": (
        with_line(7, "1e400,Rome,no"),
        "people.csv line 7, column 'age': '1e400' is not a finite number" + CORRECT_IT,
    ),
    "label neither positive nor negative": (
        with_line(7, "25,Rome,maybe"),
        "people.csv line 7, label column 'bought': 'maybe' is neither 'yes' (positive) nor 'no' (negative), 1 of "
        "40 rows" + CORRECT_LABELS,
    ),
    "label missing in a row": (
        with_line(7, "25,Rome,"),
        "people.csv line 7, label column 'bought': '' is neither 'yes' (positive) nor 'no' (negative), 1 of 40 "
        "rows" + CORRECT_LABELS,
    ),
    "one class only": (
        data().replace(b"yes", b"no"),
        "people.csv: all 40 rows have one class, none has the label 'yes'; add rows of it, or correct "
        "label.positive and label.negative in the schema",
    ),
    "too few rows of a class": (
        data(rows=ROWS[:12]),
        "people.csv: 3 of 12 rows have the label 'yes'; a stratified split 70/15/15 needs at least 4 of each "
        "class: add rows",
    ),
}
