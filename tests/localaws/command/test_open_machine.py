"""A machine without namespaces: status and log say that nothing is kept from a job."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from localaws import cli, serve
from localaws.runtime import sandbox

OPEN = "a job can read and write whatever you can, the keys of the stack's administrator included"


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [("proot", "this machine has no user namespaces"), ("rewritten", "this machine has neither user namespaces nor")],
)
def test_status_and_log_say_that_there_is_no_boundary(
    kind: str,
    beginning: str,
    stack: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    world: Any,
) -> None:
    monkeypatch.setenv("LOCALAWS_HOME", str(stack.home.path))
    monkeypatch.setattr(sandbox, "kind", lambda: kind)
    assert cli.main(["status"]) == 0
    line, warning = capsys.readouterr().out.splitlines()
    assert line.startswith("localaws runs at ")
    assert warning.startswith(f"WARNING: {beginning}")
    assert OPEN in warning
    with caplog.at_level(logging.WARNING, logger="localaws.serve"):
        serve._preload(world.stack)
    assert warning == f"WARNING: {caplog.messages[0]}"


def test_status_is_one_line_where_there_is_a_boundary(
    stack: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALAWS_HOME", str(stack.home.path))
    monkeypatch.setattr(sandbox, "kind", lambda: "namespaces")
    assert cli.main(["status"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
