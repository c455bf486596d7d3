"""Writes the tables of inputs and outputs into the modules' documents, from the .tf files.

    python tools/module_docs.py            write them
    python tools/module_docs.py --check    write nothing; exit code 1 names the stale documents

Each document holds the tables between two comment lines; everything else in it is written by hand. The files are read
as `terraform fmt` leaves them (an attribute begins at two spaces, a block ends at column one), so that a type is shown
as it was written.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- tables: written by tools/module_docs.py -->"
END = "<!-- end of tables -->"

_BLOCK = re.compile(r'^(variable|output) "([^"]+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r"^  (\w+) += (.*?)(?=^  (?:\w+ +=|\w+ \{|#)|\Z)", re.MULTILINE | re.DOTALL)


class DocumentError(Exception):
    """A file does not have the form that the tables are made from."""


@dataclass(frozen=True)
class Entry:
    """One variable or output; `attributes` maps name → expression as it was written."""

    name: str
    attributes: dict[str, str]

    @property
    def description(self) -> str:
        """The description's text, safe inside a table."""
        quoted = self.attributes.get("description", "")
        return quoted.strip('"').replace('\\"', '"').replace("|", "\\|")

    @property
    def required(self) -> bool:
        """Whether a caller must give a value."""
        return "default" not in self.attributes


def entries(path: Path, kind: str) -> list[Entry]:
    """The variables or outputs of `path` in the file's order.

    Raises:
        DocumentError: one of them has no description.
    """
    found = [
        Entry(name, {key: value.strip() for key, value in _ATTRIBUTE.findall(body)})
        for block, name, body in _BLOCK.findall(path.read_text(encoding="utf-8"))
        if block == kind
    ]
    for entry in found:
        if not entry.description:
            raise DocumentError(f"{path}: {kind} {entry.name} has no description; write a sentence")
    return found


def tables(folder: Path) -> str:
    """Markdown tables of the inputs and outputs of the module in `folder`."""
    inputs = [
        f"| `{entry.name}` | {_type(entry)} | {_default(entry)} | {entry.description} |"
        for entry in sorted(
            (entry for file in folder.glob("*.tf") for entry in entries(file, "variable")),
            key=lambda entry: (not entry.required, entry.name),
        )
    ]
    outputs = [f"| `{entry.name}` | {entry.description} |" for entry in entries(folder / "outputs.tf", "output")]
    return "\n".join(
        [
            "| Input | Type | Default | Meaning |",
            "|---|---|---|---|",
            *inputs,
            "",
            "| Output | Meaning |",
            "|---|---|",
            *outputs,
        ]
    )


def documents() -> dict[Path, Path]:
    """Document → folder of the module whose tables it holds."""
    modules = {path.parent / "README.md": path.parent for path in sorted(PROJECT.glob("modules/*/versions.tf"))}
    return {PROJECT / "docs" / "modules.md": PROJECT, **modules}


def renewed(document: Path, folder: Path) -> str:
    """The document's text with fresh tables.

    Raises:
        DocumentError: the document, or one of its two comment lines, is missing.
    """
    text = document.read_text(encoding="utf-8") if document.exists() else ""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise DocumentError(
            f"{document}: must hold once each the lines {BEGIN} and {END}, for the tables to go between"
        )
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{tables(folder)}\n\n{END}{rest.split(END)[1]}"


def _type(entry: Entry) -> str:
    written = re.sub(r"\s+", " ", entry.attributes.get("type", "any")).replace("|", "\\|")
    written = re.sub(r"(?<=[^,{(]) (?=\w+ *=)", ", ", written)  # one line: commas where line ends parted attributes
    return f"`{written}`"


def _default(entry: Entry) -> str:
    return "required" if entry.required else "`" + re.sub(r"\s+", " ", entry.attributes["default"]) + "`"


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write the modules' tables of inputs and outputs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a document is stale")
    checking = parser.parse_args(arguments).check
    try:
        stale = {
            document: text
            for document, folder in documents().items()
            if (text := renewed(document, folder)) != document.read_text(encoding="utf-8")
        }
    except DocumentError as error:
        print(f"module_docs: {error}", file=sys.stderr)
        return 1
    for document, text in stale.items():
        if checking:
            print(f"{document.relative_to(PROJECT)} is stale: run python tools/module_docs.py", file=sys.stderr)
        else:
            document.write_text(text, encoding="utf-8")
            print(f"wrote {document.relative_to(PROJECT)}")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
