"""Uploads a file and runs a processing job; prints where the data went and the hosts that were looked up."""

import json
import socket
import sys

import sagemaker
from sagemaker.processing import ProcessingInput, ScriptProcessor

role, image, script, default_bucket = sys.argv[1:]
asked, resolve = set(), socket.getaddrinfo


def recorded(host, *rest, **options):
    asked.add(host)
    return resolve(host, *rest, **options)


socket.getaddrinfo = recorded
session = sagemaker.Session(**({"default_bucket": default_bucket} if default_bucket else {}))
data = session.upload_data(script, key_prefix="data")
processor = ScriptProcessor(
    role=role,
    image_uri=image,
    command=["python3"],
    instance_count=1,
    instance_type="ml.m5.large",
    sagemaker_session=session,
)
processor.run(code=script, inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")])
print(json.dumps({"version": sagemaker.__version__, "data": data, "hosts": sorted(asked)}))
