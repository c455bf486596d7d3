"""Every pattern of the API model compiles, matches what it should, and takes linear time."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from botocore.model import StringShape
from request_cases import text

from localaws.api.models import service_model
from localaws.api.patterns import compile_pattern, matches

SHAPES = [
    shape
    for name in service_model().shape_names
    if isinstance(shape := service_model().shape_for(name), StringShape) and "pattern" in shape.metadata
]


def test_every_pattern_compiles() -> None:
    assert len(SHAPES) > 450
    for shape in SHAPES:
        compile_pattern(shape.metadata["pattern"])


def test_every_shape_with_a_pattern_has_a_valid_value() -> None:
    for shape in SHAPES:
        assert matches(shape.metadata["pattern"], text(shape)), shape.name


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("TagKey", ["owner", "größe:1/x", "数据", "a b"], ["a!", "a\n", "a\t"]),
        ("EntityDescription", ["Größe €5, (ok)!", ""], ["\x00", "a\nb"]),
        ("CustomerMetadataValue", ["s3://b/k", "a-b@c"], ["a#b", "{}"]),
        ("Catalog", ["a\tb", "\U0001f600", ""], ["a\nb", "\x7f\x00"]),
        ("TrainingRepositoryCredentialsProviderArn", ["arn:aws:lambda:us-east-1:123456789012:function:f"], ["arn:ü:x"]),
        ("PipelineDefinition", ['{\n "a": [\t1]\r\n}', "x" * 10], ["a\x85b", "a\u2028b"]),
        ("HyperParameterValue", ["a b", ""], ["a\nb", "a\rb", "a\u2029b"]),
        ("EntityName", ["a", "a-b", "a" * 63], ["a-", "-a", "a_b", "a\n", ""]),
    ],
)
def test_patterns_that_python_reads_otherwise(shape: str, good: list[str], bad: list[str]) -> None:
    pattern = service_model().shape_for(shape).metadata["pattern"]
    assert [value for value in good if not matches(pattern, value)] == []
    assert [value for value in bad if matches(pattern, value)] == []


def test_no_pattern_takes_exponential_time() -> None:
    """In a process of its own, which can be ended: `re` cannot be interrupted."""
    program = """
        from localaws.api.patterns import matches
        from localaws.api.models import service_model

        model = service_model()
        patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}
        for pattern in patterns:
            for unit in ("a", "A", "1", " ", "-", "a-", "-a", "a.", "a/", "1.", "\\n", "a\\n", " \\n", "::", "a:"):
                for end in ("!", "\\x00", "\\u2028", ""):
                    matches(pattern, unit * 300 + end)
        print(len(patterns))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, timeout=60, check=True)
    assert int(done.stdout) > 240
