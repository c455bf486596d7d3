"""What preprocessing noticed in the data reaches the evaluation's report, its log and its advice."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xgboost

from mlops.jobs.outputs import tar_gz

TICKET = "column 'ticket' looks like an identifier: 933 distinct values in 1400 training rows"
REPORT_ERROR = "report report.json is not preprocessing's report.json; pass that file, or its folder, as --report"


@pytest.fixture
def inputs(tmp_path):
    """A model, a test split, and the folder of a report with the text that is given."""
    features, positive = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(features, positive), 2)
    (tmp_path / "model.tar.gz").write_bytes(tar_gz({"xgboost-model": bytes(booster.save_raw("ubj"))}))
    np.savetxt(tmp_path / "test.csv", np.column_stack([positive, features]), delimiter=",")

    def lay_out(text):
        (tmp_path / "report").mkdir()
        (tmp_path / "report/report.json").write_text(text)
        return "--model", tmp_path / "model.tar.gz", "--test", tmp_path / "test.csv"

    return lay_out


@pytest.mark.parametrize("report", ["report", "report/report.json"])
def test_warnings_are_repeated_in_report_and_log(report, run, inputs, tmp_path):
    result = run("evaluate", *inputs(json.dumps({"warnings": [TICKET]})), "--report", tmp_path / report)
    document = json.loads((result.output / "evaluation.json").read_text())
    assert document["warnings"] == [TICKET]
    assert document["advice"] == f"The likelier cause is the data, not the hyperparameters: {TICKET}"
    assert result.stdout.splitlines()[1:] == [f"warning: {TICKET}"]


@pytest.mark.parametrize("report", [{"warnings": []}, {}, None], ids=["none", "an older report", "no report"])
def test_without_warnings_the_hyperparameters_are_advised(report, run, inputs, tmp_path):
    arguments = inputs(json.dumps(report))
    result = run("evaluate", *arguments, *([] if report is None else ["--report", tmp_path / "report"]))
    document = json.loads((result.output / "evaluation.json").read_text())
    assert (document["warnings"], document["advice"]) == ([], "Improve the data or the hyperparameters")
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("text", ["not JSON", "[1]", '{"warnings": "x"}'])
def test_a_report_that_is_none_is_refused(text, run, inputs, tmp_path):
    result = run("evaluate", *inputs(text), "--report", tmp_path / "report")
    assert (result.code, result.files()) == (1, [])
    assert (
        result.message == f"report {tmp_path / 'report/report.json'}{REPORT_ERROR.removeprefix('report report.json')}"
    )
