"""What deciding a role's requests by its policies costs, beside the administrator's requests and moto's own server.

    python -m venv build/moto && build/moto/bin/pip install 'moto[server]'
    python bench/decisions.py --moto build/moto/bin/python [--seconds 3] [--connections 4]

Prints ratios of one run on one machine: absolute numbers say more about the machine. It starts a stack and a moto
server of its own, which closes its connection after each answer. The role has twenty statements, of which one allows
each request.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from http_load import Result, measure, plain

from localaws import background
from localaws.state import Home

REGION, ACCOUNT = "us-east-1", "123456789012"
ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:bench"
QUERY = b"Action=GetRole&RoleName=bench&Version=2010-05-08"
JSON = json.dumps({"QueueName": "bench"}).encode()
# Name → service, body, headers.
REQUESTS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "iam GetRole (query)": ("iam", QUERY, {"Content-Type": "application/x-www-form-urlencoded"}),
    "sqs GetQueueUrl (json)": (
        "sqs",
        JSON,
        {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.GetQueueUrl"},
    ),
}


def statements() -> list[dict[str, Any]]:
    """Twenty statements as least-privilege roles have them, of which the last two allow what is asked."""
    narrow = [
        {
            "Effect": "Allow",
            "Action": ["sagemaker:CreateTrainingJob", "sagemaker:StopTrainingJob"],
            "Resource": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/mlops-{number}-*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": f"team-{number}"}},
        }
        for number in range(18)
    ]
    return [
        *narrow,
        {"Effect": "Allow", "Action": "iam:GetRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/bench"},
        {"Effect": "Allow", "Action": "sqs:GetQueueUrl", "Resource": ARN},
    ]


def prepare(endpoint_url: str, key: str, secret: str) -> dict[str, Any]:
    """A role, a queue, and the keys of a session of the role."""
    session = boto3.Session(key, secret, region_name=REGION)
    iam, sqs, sts = (session.client(name, endpoint_url=endpoint_url) for name in ("iam", "sqs", "sts"))
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="bench", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements()})
    iam.put_role_policy(RoleName="bench", PolicyName="narrow", PolicyDocument=policy)
    sqs.create_queue(QueueName="bench")
    return dict(sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="bench")["Credentials"])


def signed(url: str, name: str, credentials: Credentials) -> bytes:
    """The request, signed once: it is sent again and again as it is."""
    service, body, headers = REQUESTS[name]
    request = AWSRequest("POST", f"{url}/", data=body, headers=headers)
    SigV4Auth(credentials, service, REGION).add_auth(request)
    return plain(f"{url}/", body, **dict(request.headers.items()))


def moto_server(python: str) -> tuple[subprocess.Popen[bytes], str]:
    """moto's server as its package starts it; the URL it listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    while process.poll() is None:
        try:
            urllib3.request("GET", f"{url}/moto-api/", retries=False)
            return process, url
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
    sys.exit(f"moto's server did not start with {python}: install moto[server] there")


def rounds(url: str, request: bytes, arguments: argparse.Namespace) -> list[Result]:
    """Several short loops, of which the medians count."""
    return [measure(url, [request], arguments.connections, arguments.seconds) for _ in range(3)]


def main() -> None:
    """Print, for each request, the answers a second as ratios of moto's server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moto", required=True, help="a Python that has moto[server]")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a loop (default 3)")
    parser.add_argument("--connections", type=int, default=4, help="how many at a time (default 4)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        running, _ = background.up(home, 0, REGION, ACCOUNT)
        moto, moto_url = moto_server(arguments.moto)
        try:
            own = (running.access_key_id, running.secret_access_key)
            keys = prepare(running.endpoint_url, *own)
            prepare(moto_url, *own)
            role = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
            for name in REQUESTS:
                callers = {
                    "role": (running.endpoint_url, role),
                    "administrator": (running.endpoint_url, Credentials(*own)),
                    "moto's server": (moto_url, Credentials(*own)),
                }
                rates = {}
                for caller, (url, credentials) in callers.items():
                    results = rounds(url, signed(url, name, credentials), arguments)
                    rates[caller] = statistics.median(result.per_second for result in results)
                base = rates["moto's server"]
                shown = ", ".join(f"{caller} {rate:.0f}/s ({rate / base:.2f})" for caller, rate in rates.items())
                cost = 1e3 / rates["role"] - 1e3 / rates["administrator"]
                print(f"{name}: {shown}; a decision {cost:.2f} ms", flush=True)
        finally:
            moto.terminate()
            background.down(home)


if __name__ == "__main__":
    main()
