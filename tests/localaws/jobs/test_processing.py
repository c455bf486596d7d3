"""Processing jobs that run to their end."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .world import BUCKET, World


def test_a_script_from_s3_reads_its_input_and_its_output_lands_in_s3(world: World) -> None:
    data = world.put("in/data.csv", "1,2\n")
    name = world.processing(
        "import pathlib, sys\n"
        "text = pathlib.Path('/opt/ml/processing/input/data/data.csv').read_text()\n"
        "pathlib.Path('/opt/ml/processing/output/deep').mkdir()\n"
        "pathlib.Path('/opt/ml/processing/output/deep/copy.csv').write_text(text * int(sys.argv[1]))\n"
        "pathlib.Path('/opt/ml/processing/output/link').symlink_to('deep/copy.csv')\n"
        "print('copied')\n",
        arguments=["2"],
        inputs={"data": (data, "/opt/ml/processing/input/data")},
        outputs={"out": (f"s3://{BUCKET}/out/first", "/opt/ml/processing/output")},
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Completed", described
    assert world.keys("out/first/") == ["deep/copy.csv"]
    assert world.get(f"s3://{BUCKET}/out/first/deep/copy.csv") == b"1,2\n1,2\n"
    link = "WARNING: /opt/ml/processing/output/link is a symbolic link and is not uploaded: write a file."
    assert world.log("ProcessingJob", name) == ["copied", link]
    assert described["CreationTime"] <= described["ProcessingStartTime"] <= described["ProcessingEndTime"]
    assert not {"FailureReason", "ExitMessage", "Environment", "NetworkConfig"} & set(described)


def test_two_jobs_at_once_write_the_same_paths_and_never_see_each_other(world: World) -> None:
    script = (
        "import os, pathlib, sys, time\n"
        "for place in ('/opt/ml/processing/output', '/opt/ml', '/tmp', os.path.expanduser('~')):\n"
        "    path = pathlib.Path(place, 'mine.txt')\n"
        "    assert not path.exists(), f'{path} holds {path.read_text()}'\n"
        "    path.write_text(sys.argv[1])\n"
        # Each waits until the other has written as well: S3 is the only way between them.
        "import boto3\n"
        "s3 = boto3.client('s3')\n"
        "s3.put_object(Bucket='jobs-bucket', Key=f'meet/{sys.argv[1]}', Body=b'')\n"
        "end = time.monotonic() + 30\n"
        "while s3.list_objects_v2(Bucket='jobs-bucket', Prefix='meet/')['KeyCount'] < 2:\n"
        "    assert time.monotonic() < end, 'the other job never came'\n"
        "    time.sleep(0.05)\n"
        "assert pathlib.Path('/opt/ml/processing/output/mine.txt').read_text() == sys.argv[1]\n"
    )
    names = [
        world.processing(
            script, arguments=[who], outputs={"o": (f"s3://{BUCKET}/same/{who}", "/opt/ml/processing/output")}
        )
        for who in ("first", "second")
    ]
    for name, who in zip(names, ("first", "second"), strict=True):
        described = world.finish("ProcessingJob", name)
        assert described["ProcessingJobStatus"] == "Completed", described
        assert world.get(f"s3://{BUCKET}/same/{who}/mine.txt") == who.encode()


def test_a_job_finds_the_layout_the_variables_and_only_its_roles_credentials(world: World) -> None:
    os.environ["SERVERS_SECRET"] = "leaked"
    try:
        name = world.processing(
            "import boto3, json, numpy, os, pathlib, subprocess, sys\n"
            "config = pathlib.Path('/opt/ml/config')\n"
            "report = {'environment': dict(os.environ), 'prefix': sys.prefix, 'numpy': numpy.__file__,\n"
            "  'arn': boto3.client('sts').get_caller_identity()['Arn'],\n"
            "  'job': json.loads((config / 'processingjobconfig.json').read_text()),\n"
            "  'hosts': json.loads((config / 'resourceconfig.json').read_text()),\n"
            "  'python': subprocess.check_output(['python', '-c', 'import sys; print(sys.prefix)'], text=True)}\n"
            "pathlib.Path('/opt/ml/processing/out/report.json').write_text(json.dumps(report))\n",
            outputs={"o": (f"s3://{BUCKET}/report", "/opt/ml/processing/out")},
            Environment={"GREETING": "hello"},
        )
        described = world.finish("ProcessingJob", name)
    finally:
        del os.environ["SERVERS_SECRET"]
    assert described["ProcessingJobStatus"] == "Completed", described
    report = json.loads(world.get(f"s3://{BUCKET}/report/report.json"))
    environment = report["environment"]
    assert environment["GREETING"] == "hello"
    assert environment["PROCESSING_JOB_ARN"] == described["ProcessingJobArn"]
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"
    assert "SERVERS_SECRET" not in environment
    assert report["arn"] == "arn:aws:sts::123456789012:assumed-role/mlops-job/SageMaker"
    assert report["job"]["ProcessingJobName"] == name
    assert report["job"]["ProcessingInputs"] == described["ProcessingInputs"]
    assert report["hosts"] == {"current_host": "algo-1", "hosts": ["algo-1"]}
    assert report["python"].strip() == report["prefix"] == environment["VIRTUAL_ENV"]
    assert report["numpy"] == np.__file__


def test_prefixes_manifests_and_gzip(world: World) -> None:
    world.put("many/part-1.csv", "1")
    world.put("many/part-2.csv", "2")
    world.put("many/sub/part-3.csv", "3")
    world.put("manyother/no.csv", "no")
    manifest = world.put("lists/some.manifest", json.dumps([{"prefix": f"s3://{BUCKET}/many/"}, "sub/part-3.csv"]))
    inputs = {
        "folder": f"s3://{BUCKET}/many/",
        "beginning": f"s3://{BUCKET}/many/part",
        "object": f"s3://{BUCKET}/many/part-1.csv",
    }
    name = world.processing(
        "import pathlib\n"
        "for root in ('folder', 'beginning', 'object', 'manifest'):\n"
        "    top = pathlib.Path('/opt/ml/processing', root)\n"
        "    print(root, sorted(str(p.relative_to(top)) for p in top.rglob('*') if p.is_file()))\n",
        ProcessingInputs=[
            *(_source(key, uri, "S3Prefix") for key, uri in inputs.items()),
            _source("manifest", manifest, "ManifestFile"),
            _source("code", world.put("c/job.py", "placeholder"), "S3Prefix"),
        ],
        AppSpecification={
            "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
            "ContainerEntrypoint": [
                "sh",
                "-c",
                "for d in folder beginning object manifest; do "
                "echo $d $(cd /opt/ml/processing/$d && find . -type f | sort); done",
            ],
        },
    )
    assert world.finish("ProcessingJob", name)["ProcessingJobStatus"] == "Completed"
    assert world.log("ProcessingJob", name) == [
        "folder ./part-1.csv ./part-2.csv ./sub/part-3.csv",
        "beginning ./part-1.csv ./part-2.csv",
        "object ./part-1.csv",
        "manifest ./sub/part-3.csv",
    ]


def _source(name: str, uri: str, kind: str) -> dict[str, object]:
    path = f"/opt/ml/processing/{name}"
    return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": path, "S3DataType": kind, "S3InputMode": "File"}}


def test_continuous_outputs_arrive_while_the_job_runs(world: World) -> None:
    name = world.processing(
        "import pathlib, time, boto3\n"
        "pathlib.Path('/opt/ml/processing/out/early.txt').write_text('early')\n"
        "s3, end = boto3.client('s3'), time.monotonic() + 30\n"
        "while not s3.list_objects_v2(Bucket='jobs-bucket', Prefix='continuous/')['KeyCount']:\n"
        "    assert time.monotonic() < end\n"
        "    time.sleep(0.1)\n"
        "pathlib.Path('/opt/ml/processing/out/late.txt').write_text('late')\n",
        mode="Continuous",
        outputs={"o": (f"s3://{BUCKET}/continuous", "/opt/ml/processing/out")},
    )
    assert world.finish("ProcessingJob", name)["ProcessingJobStatus"] == "Completed"
    assert world.keys("continuous/") == ["early.txt", "late.txt"]


def test_without_network_a_job_reaches_nothing(world: World) -> None:
    name = world.processing(
        "import os, urllib.request, urllib.error\n"
        "try:\n"
        "    urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'], timeout=2)\n"
        "except urllib.error.HTTPError as error:\n"
        "    print('reached')\n"
        "except OSError as error:\n"
        "    print('isolated')\n",
        NetworkConfig={"EnableNetworkIsolation": True},
    )
    described = world.finish("ProcessingJob", name)
    assert described["NetworkConfig"] == {"EnableNetworkIsolation": True}
    assert world.log("ProcessingJob", name) == ["isolated"]


def test_many_jobs_at_once_all_finish(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda n: world.processing(f"print({n})"), range(16)))
    for number, name in enumerate(names):
        assert world.finish("ProcessingJob", name)["ProcessingJobStatus"] == "Completed"
        assert world.log("ProcessingJob", name) == [str(number)]
    listed = world.call("ListProcessingJobs", NameContains="proc-", MaxResults=100)["ProcessingJobSummaries"]
    assert set(names) <= {summary["ProcessingJobName"] for summary in listed}
