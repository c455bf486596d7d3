"""The committed templates and token lists: what Terraform may rely on."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from mlops.render.document import fill, tokens_in
from mlops.render.tokens import TOKENS
from render.definitions import EXAMPLES, RENDERED


def test_token_list_is_what_the_templates_hold() -> None:
    listed = json.loads((RENDERED / "pipeline" / "tokens.json").read_text(encoding="utf-8"))
    held = {name for path in RENDERED.glob("pipeline/*.tftpl") for name in tokens_in(path.read_text(encoding="utf-8"))}
    assert listed.keys() == held
    for name, entry in listed.items():
        assert re.search(entry["pattern"], entry["example"]), name


def test_filled_template_is_json_without_tokens(template_path: Path) -> None:
    text = fill(template_path.read_text(encoding="utf-8"), EXAMPLES)
    json.loads(text)
    assert "${" not in text
    assert "%{" not in text


def test_terraform_fills_it_in_the_same_way(template_path: Path, tmp_path: Path) -> None:
    """The real `templatefile()`: it leaves everything but the tokens alone."""
    values = json.dumps(EXAMPLES)
    expression = f"jsonencode(templatefile({json.dumps(str(template_path))}, jsondecode({json.dumps(values)})))"
    console = subprocess.run(
        ["terraform", "console"], input=expression, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert console.returncode == 0, console.stderr
    # The console shows a string as an HCL literal, whose escapes are JSON's.
    answer = json.loads(json.loads(console.stdout))
    assert answer == fill(template_path.read_text(encoding="utf-8"), EXAMPLES)


def test_nothing_of_the_authors_machine_is_in_it(template_path: Path) -> None:
    text = template_path.read_text(encoding="utf-8")
    assert not re.search(r"[a-z]{2}(-[a-z]+)+-\d", text), "a region"
    assert not re.search(r"\d{12}", text), "an account"
    assert not re.search(r"\d{4}-\d{2}-\d{2}T", text), "a time"
    assert not re.search(r'"/(?!opt/ml/|")', text), "a path of this machine"
    assert not re.search(r"null|sagemaker-\w+-\d|Mlflow", text), "what the SDK adds by itself"


@pytest.mark.parametrize("name", sorted(TOKENS))
@pytest.mark.parametrize("bad", ['"', "\\", "\n", "${x}", ""])
def test_no_value_that_would_break_the_json_fits_a_token(name: str, bad: str) -> None:
    value = TOKENS[name].example + bad if bad else ""
    assert not re.fullmatch(TOKENS[name].pattern, value)


@pytest.mark.parametrize("path", sorted(p for p in RENDERED.rglob("*.json*") if p.is_file()), ids=lambda p: p.name)
def test_json_is_canonical(path: Path) -> None:
    text = path.read_bytes().decode("ascii")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
