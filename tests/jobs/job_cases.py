# ruff: noqa: E501 (messages)
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


CORRECT_IT = ", 1 of 40 rows; correct it, add it to missing_values in the schema, or declare the feature a category"
CORRECT_LINE = ": the header has 3; correct the line, and put values that hold a delimiter in quotes"
NEITHER = "is neither 'yes' (positive) nor 'no' (negative)"
TWO_CLASSES = "this system predicts two classes; the label has"
KEEP_TWO = "keep the rows of two classes, or merge the others into them"


def labelled(*values: object) -> bytes:
    """The CSV with these labels in turn."""
    return data(rows=[f"{row.rsplit(',', 1)[0]},{values[i % len(values)]}" for i, row in enumerate(ROWS)])


def aged(*texts: str) -> bytes:
    """The CSV with these ages in turn, in quotes."""
    return data(rows=[f'"{texts[i % len(texts)]}",{row.split(",", 1)[1]}' for i, row in enumerate(ROWS)])


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
    "no header": (
        data(header="19,Bern,yes"),
        "people.csv: the first line looks like a row ('19', 'Bern', 'yes'), not like a header; add a first line with the "
        "names of the columns",
    ),
    "label column in another spelling": (
        data(header="age,city,Bought"),
        "people.csv: the label column 'bought' is missing ('Bought' is another spelling); the header has 'age', 'city', "
        "'Bought'; add the column or correct label.name in the schema",
    ),
    "several problems of the header": (
        data(header="age,age,bought"),
        "people.csv: the header names the column 'age' twice; give each column its own name (1 more: `mlops data check` "
        "lists all)",
    ),
    "another delimiter in the rows": (
        data(rows=[row.replace(",", ";") for row in ROWS]),
        "people.csv line 2: the delimiter looks like ';' (semicolon), the header has ',' (comma); use one "
        "delimiter throughout",
    ),
    "not UTF-8": (
        with_line(3, "21,Z@rich,no").replace(b"@", b"\xfc"),
        "people.csv is not UTF-8: byte 0xfc at offset 32, line 3 ('ü' in Windows-1252 or Latin-1); save the file as UTF-8",
    ),
    "not UTF-8 at the end": (
        data() + b"21,Z\xc3",
        "people.csv is not UTF-8: byte 0xc3 at offset 470, line 42 ('Ã' in Windows-1252 or Latin-1); save the file as "
        "UTF-8",
    ),
    "UTF-16 without byte order mark": (
        data().decode().encode("utf-16-le"),
        "people.csv has NUL bytes, as UTF-16 without byte order mark has; save it as UTF-8",
    ),
    "Excel workbook": (
        b"PK\x03\x04\x14\x00",
        "people.csv is a ZIP archive or an Excel workbook, not CSV; save it as CSV in UTF-8",
    ),
    "gzip": (b"\x1f\x8b\x08\x00", "people.csv is compressed with gzip, not CSV; save it as CSV in UTF-8"),
    "UTF-16": (
        data().decode().encode("utf-16"),
        "people.csv is UTF-16 (it begins with the bytes fffe); save it as UTF-8",
    ),
    "row too short": (
        with_line(7, "25,no"),
        "people.csv line 7 has 2 values, too few" + CORRECT_LINE,
    ),
    "row too long": (
        with_line(7, "25,Washington, D.C.,no"),
        "people.csv line 7 has 4 values, too many" + CORRECT_LINE,
    ),
    "line of blanks": (
        with_line(7, "   "),
        "people.csv line 7 has 1 value, too few" + CORRECT_LINE,
    ),
    "quote never closed": (
        with_line(7, '25,"Rome,no'),
        "people.csv: a quoted value that begins after line 6 is broken (unexpected end of data); correct its quotes",
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
        "people.csv line 7, column 'age': 'NaN' is not a finite number, 1 of 40 rows; it looks like a missing value: add "
        "'NaN' to missing_values in the schema",
    ),
    "number too large": (
        with_line(7, "1e400,Rome,no"),
        "people.csv line 7, column 'age': '1e400' is not a finite number" + CORRECT_IT,
    ),
    "decimal comma": (
        aged("3,14", "12", "1,5"),
        "people.csv line 2, column 'age': '3,14' is not a number, 27 of 40 rows; it looks like a decimal comma: write 3.14 "
        "(pandas reads such a file with decimal=',')",
    ),
    "decimal comma and points between thousands": (
        aged("1.234,50"),
        "people.csv line 2, column 'age': '1.234,50' is not a number, 40 of 40 rows; it looks like a decimal comma: write "
        "1234.50 (pandas reads such a file with decimal=',')",
    ),
    "decimal comma that splits a value": (
        data(rows=["3,14," + row.split(",", 1)[1] for row in ROWS]),
        "people.csv line 2 has 4 values, too many: the header has 3; it looks like a decimal comma or a thousands "
        "separator ('3,14'): write '3.14' or '314'",
    ),
    "thousands separator": (
        aged("1,234,567.5", "1,000"),
        "people.csv line 2, column 'age': '1,234,567.5' is not a number, 40 of 40 rows; it looks like a thousands "
        "separator: write 1234567.5",
    ),
    "space between thousands": (
        aged("999", "1\u00a0000"),
        "people.csv line 3, column 'age': '1\\xa0000' is not a number, 20 of 40 rows; it looks like a thousands separator: "
        "write 1000",
    ),
    "thousands separator or decimal comma": (
        aged("1,234"),
        "people.csv line 2, column 'age': '1,234' is not a number, 40 of 40 rows; it looks like a thousands separator, or a "
        "decimal comma: write 1234, or 1.234",
    ),
    "date in a number column": (
        aged("2024-01-31"),
        "people.csv line 2, column 'age': '2024-01-31' is not a number, 40 of 40 rows; it looks like a date: replace it by "
        "a number, such as the days or years since a fixed date",
    ),
    "unit in a number column": (
        aged("12", "12 kg"),
        "people.csv line 3, column 'age': '12 kg' is not a number, 20 of 40 rows; it looks like a number with a unit: write "
        "the number alone, with a decimal point",
    ),
    "missing value of another name": (
        with_line(7, "n/a,Rome,no"),
        "people.csv line 7, column 'age': 'n/a' is not a number, 1 of 40 rows; it looks like a missing value: add 'n/a' to "
        "missing_values in the schema",
    ),
    "missing value of a spreadsheet": (
        with_line(7, "#N/A,Rome,no"),
        "people.csv line 7, column 'age': '#N/A' is not a number, 1 of 40 rows; it looks like a missing value: add '#N/A' to "
        "missing_values in the schema",
    ),
    "label neither positive nor negative": (
        with_line(7, "25,Rome,maybe"),
        f"people.csv line 7, label column 'bought': 'maybe' {NEITHER}, 1 of 40 rows; {TWO_CLASSES} 3 values: 'no' (29), "
        f"'yes' (10), 'maybe' (1); {KEEP_TWO}",
    ),
    "three labels": (
        labelled("a", "b", "c"),
        f"people.csv line 2, label column 'bought': 'a' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} 3 values: 'a' (14), "
        f"'b' (13), 'c' (13); {KEEP_TWO}",
    ),
    "a label for each row": (
        labelled(*(f"v{i:02}" for i in range(40))),
        f"people.csv line 2, label column 'bought': 'v00' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} 40 values: 'v00' (1), "
        f"'v01' (1), 'v02' (1), 'v03' (1), 'v04' (1) and 35 more; {KEEP_TWO}",
    ),
    "few numbers as label": (
        labelled(1, 2, 3, 4),
        f"people.csv line 2, label column 'bought': '1' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} 4 values: '1' (10), "
        f"'2' (10), '3' (10), '4' (10); {KEEP_TWO}",
    ),
    "a quantity as label": (
        labelled(*(1000.5 + i for i in range(40))),
        f"people.csv line 2, label column 'bought': '1000.5' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} 40 different numbers, "
        "from 1000.5 to 1039.5, and is a quantity; choose another label, or make two classes of it by a threshold",
    ),
    "a quantity with a decimal comma as label": (
        labelled(*(f'"{1000 + i},5"' for i in range(40))),
        f"people.csv line 2, label column 'bought': '1000,5' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} 40 different numbers, "
        "from 1000.5 to 1039.5, and is a quantity; choose another label, or make two classes of it by a threshold",
    ),
    "two classes with and without a decimal comma": (
        labelled("1", "0", '"1,0"'),
        f"people.csv line 2, label column 'bought': '1' {NEITHER}, 40 of 40 rows; the label has two classes in 3 spellings: "
        "'1' (14), '0' (13), '1,0' (13); write each in one way",
    ),
    "label in another case": (
        labelled("Yes", "No"),
        f"people.csv line 2, label column 'bought': 'Yes' {NEITHER}, 40 of 40 rows; the label has the values 'No' (20), "
        "'Yes' (20); set label.positive to 'Yes' and label.negative to 'No' in the schema",
    ),
    "one label in another case": (
        labelled("yes", "No", "yes", "?"),
        f"people.csv line 3, label column 'bought': 'No' {NEITHER}, 20 of 40 rows; the label has the values 'yes' (20), "
        "'No' (10) (and is missing in 10 rows); set label.negative to 'No' in the schema",
    ),
    "labels of other names": (
        labelled("good", "bad"),
        f"people.csv line 2, label column 'bought': 'good' {NEITHER}, 40 of 40 rows; the label has the values 'bad' (20), "
        "'good' (20); set label.positive and label.negative in the schema to them, each as it stands in the file",
    ),
    "label in three spellings": (
        labelled("yes", "no", "YES"),
        f"people.csv line 4, label column 'bought': 'YES' {NEITHER}, 13 of 40 rows; the label has two classes in 3 "
        "spellings: 'yes' (14), 'YES' (13), 'no' (13); write each in one way",
    ),
    "one other label": (
        labelled("Yes"),
        f"people.csv line 2, label column 'bought': 'Yes' {NEITHER}, 40 of 40 rows; {TWO_CLASSES} one value: 'Yes' (40); "
        "add rows of another class",
    ),
    "label missing in a row": (
        with_line(7, "25,Rome,"),
        f"people.csv line 7, label column 'bought': '' {NEITHER}, 1 of 40 rows; the label is missing in 1 row: fill it in, or "
        "delete these rows",
    ),
    "label missing under another name": (
        labelled("yes", "no", "NA"),
        f"people.csv line 4, label column 'bought': 'NA' {NEITHER}, 13 of 40 rows; the label is missing in 13 rows: fill it "
        "in, or delete these rows",
    ),
    "labels as decimals, some missing": (
        labelled("1.0", "0.0", "nan"),
        f"people.csv line 2, label column 'bought': '1.0' {NEITHER}, 40 of 40 rows; the label has the values '1.0' (14), "
        "'0.0' (13) (and is missing in 13 rows); set label.positive and label.negative in the schema to them, each as it "
        "stands in the file",
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
