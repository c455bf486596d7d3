"""What a transform job writes: the bare booster's predictions, in order, one object for one object."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from .world import BUCKET, World, csv_of, rows


def assert_predicts(world: World, data: np.ndarray, output: bytes) -> None:
    """`output` holds the booster's own predictions of `data`."""
    found = np.array([float(line) for line in output.decode().splitlines()])
    assert np.abs(found - world.booster.inplace_predict(data)).max() < 1e-6


@pytest.mark.parametrize("count", [1, 1000])
@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_predictions_are_the_boosters_in_order(world: World, count: int, strategy: str) -> None:
    data = rows(count)
    described = world.run(world.inputs(rows_csv=csv_of(data)), BatchStrategy=strategy)
    assert described["TransformEndTime"] >= described["TransformStartTime"] >= described["CreationTime"]
    outputs = world.outputs(described)
    assert list(outputs) == ["rows.csv.out"]
    assert_predicts(world, data, outputs["rows.csv.out"])


def test_every_object_has_its_own_output(world: World) -> None:
    data = rows(60)
    source = world.inputs(
        a_csv=csv_of(data[:10]), deep__b_csv=csv_of(data[10:30]).rstrip("\n"), deep__c_csv=csv_of(data[30:])
    )
    outputs = world.outputs(world.run(source, MaxConcurrentTransforms=3))
    assert sorted(outputs) == ["a.csv.out", "deep/b.csv.out", "deep/c.csv.out"]
    assert_predicts(world, data, b"".join(outputs[key] for key in sorted(outputs)))


def test_compressed_input(world: World) -> None:
    data = rows(50)
    source = world.inputs(rows_csv_gz=gzip.compress(csv_of(data).encode()))
    outputs = world.outputs(world.run(source, input={"CompressionType": "Gzip"}))
    assert_predicts(world, data, outputs["rows.csv.gz.out"])


def test_a_manifest_names_the_objects(world: World) -> None:
    data = rows(20)
    source = world.inputs(day__one_csv=csv_of(data), day__two_csv="not,to,be,read\n")
    manifest = world.put("manifests/of-one.json", json.dumps([{"prefix": source}, "day/one.csv"]))
    outputs = world.outputs(world.run(manifest, kind="ManifestFile"))
    assert list(outputs) == ["day/one.csv.out"]
    assert_predicts(world, data, outputs["day/one.csv.out"])


def test_a_key_alone_is_a_prefix_of_one_object(world: World) -> None:
    data = rows(3)
    described = world.run(world.inputs(rows_csv=csv_of(data)) + "rows.csv")
    assert list(world.outputs(described)) == ["rows.csv.out"]
    assert described["TransformOutput"]["S3OutputPath"].startswith(f"s3://{BUCKET}/out/")
