"""Batch transform of many rows against the same work in one process: read CSV, `Booster.inplace_predict`, write CSV.

    python bench/transform.py [ROWS]        default 1,000,000 rows of 13 encoded features

The transform job runs on a local stack of its own, with XGBoost alone, two requests at a time. Printed are seconds of
both, their ratio, and the stack's and the single process's peak memory; both must give the same scores.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.csv
import xgboost

from localaws import background
from localaws.state import Home

FEATURES, BUCKET = 13, "bench"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
_BARE = "--bare"


def bare(model: Path, rows: Path, scores: Path) -> None:
    """The work without SageMaker; prints seconds and this process's peak memory."""
    booster = xgboost.Booster(model_file=model)
    booster.set_param({"nthread": os.cpu_count() or 1})
    began = time.perf_counter()
    names = [str(number) for number in range(FEATURES)]
    table = pa.csv.read_csv(rows, read_options=pa.csv.ReadOptions(column_names=names))
    matrix = np.column_stack([table.column(name).to_numpy() for name in names])
    found = booster.inplace_predict(matrix)
    options = pa.csv.WriteOptions(include_header=False)
    pa.csv.write_csv(pa.table({"score": pa.array(found)}), scores, options)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


def transformed(folder: Path, model: Path, rows: Path) -> tuple[float, float, np.ndarray[Any, Any]]:
    """The same as a transform job on a stack: seconds, the stack's peak memory above that before the job, scores."""
    home = Home(folder / "stack")
    running, _ = background.up(home, 0, "us-east-1", "123456789012")
    try:
        session = boto3.Session(running.access_key_id, running.secret_access_key, region_name="us-east-1")
        s3, iam, sagemaker = (
            session.client(name, endpoint_url=running.endpoint_url) for name in ("s3", "iam", "sagemaker")
        )  # type: ignore[call-overload]
        s3.create_bucket(Bucket=BUCKET)
        role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName="bench", PolicyName="s3", PolicyDocument=json.dumps(ALLOW))
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(model, "xgboost-model")
        s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=packed.getvalue())
        s3.upload_file(str(rows), BUCKET, "in/rows.csv")
        container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
        sagemaker.create_model(ModelName="bench", ExecutionRoleArn=role, PrimaryContainer=container)
        before = _peak_mb(running.pid, reset=True)
        began = time.perf_counter()
        sagemaker.create_transform_job(
            TransformJobName="bench",
            ModelName="bench",
            MaxConcurrentTransforms=2,
            TransformInput={
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}},
                "ContentType": "text/csv",
                "SplitType": "Line",
            },
            TransformOutput={"S3OutputPath": f"s3://{BUCKET}/out", "Accept": "text/csv", "AssembleWith": "Line"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )
        while (job := sagemaker.describe_transform_job(TransformJobName="bench"))["TransformJobStatus"] == "InProgress":
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        if job["TransformJobStatus"] != "Completed":
            raise SystemExit(job["FailureReason"])
        peak = _peak_mb(running.pid) - before
        body = s3.get_object(Bucket=BUCKET, Key="out/rows.csv.out")["Body"].read()
        return seconds, peak, np.array(body.split(), dtype=np.float64)
    finally:
        background.down(home)


def _peak_mb(pid: int, *, reset: bool = False) -> float:
    """A process's peak memory in MB; `reset`: begin to measure, and give what it has now."""
    if reset:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generator = np.random.default_rng(7)
        data = generator.normal(size=(count, FEATURES)).round(3)
        label = (data[:2000, 0] + data[:2000, 1] > 0).astype(int)
        booster = xgboost.train(
            {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2}, xgboost.DMatrix(data[:2000], label=label), 100
        )
        model, rows, scores = folder / "model.ubj", folder / "rows.csv", folder / "scores.csv"
        booster.save_model(model)
        table = pa.table({str(number): pa.array(data[:, number]) for number in range(FEATURES)})
        pa.csv.write_csv(table, rows, pa.csv.WriteOptions(include_header=False))
        command = [sys.executable, __file__, _BARE, str(model), str(rows), str(scores)]
        alone = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        seconds, peak, found = transformed(folder, model, rows)
        expected = np.loadtxt(scores)
        difference = float(np.abs(found - expected).max()) if len(found) == count else float("nan")
        size = rows.stat().st_size / 1024**2
        print(f"{count} rows, {size:.0f} MB of CSV, largest difference {difference:.1e}")
        print(f"one process    {alone['seconds']:7.2f} s   peak {alone['peak_mb']:.0f} MB")
        print(f"transform job  {seconds:7.2f} s   peak {peak:+.0f} MB in the stack, its S3 in memory included")
        print(f"ratio          {seconds / alone['seconds']:7.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == _BARE:
        bare(*(Path(argument) for argument in sys.argv[2:]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
