"""A SageMaker SDK that cannot leave the machine, and that nothing on the machine can influence.

The SDK looks around when it is imported (region, ~/.aws) and when a session is made (its own configuration files, the
caller's role, the default bucket), and reports usage to AWS. Here every one of those is answered or cut off, and any
request that is still made raises before it is sent.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlops.render.document import tokens_in
from mlops.render.errors import RenderError

__all__ = ["isolated_environment", "offline_session"]

# Any region serves: no text that depends on it may reach an artifact (a test reads them for it).
REGION = "us-east-1"
_PASSED_ON = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


@contextmanager
def isolated_environment() -> Iterator[None]:
    """Replace the process's environment by one without credentials, profiles or configuration; restore it at the end.

    Import the SDK only inside, for it reads the environment at import.
    """
    before = dict(os.environ)
    quiet = logging.root.manager.disable
    with tempfile.TemporaryDirectory(prefix="mlops-render-") as home:
        # The SDK refuses a named configuration file that does not exist, so both names point to an empty one.
        empty = Path(home) / "config.yaml"
        empty.write_text("{}\n", encoding="utf-8")
        os.environ.clear()
        os.environ.update({name: before[name] for name in _PASSED_ON if name in before})
        os.environ.update(
            {
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "HOME": home,
                "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(empty),
                "SAGEMAKER_USER_CONFIG_OVERRIDE": str(empty),
                "SAGEMAKER_VALIDATE_ROLE": "false",
            }
        )
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(quiet)
            os.environ.clear()
            os.environ.update(before)


def _refuse(event_name: str, **_: Any) -> None:
    """A botocore handler that stops a request before it is signed and sent."""
    service, operation = event_name.split(".")[1:3]
    raise RenderError(
        f"the SDK tried to call {service}.{operation}; rendering is offline, answer it in mlops/render/offline.py"
    )


def offline_session(bucket: str) -> Any:
    """A PipelineSession with made-up credentials whose default bucket is `bucket` and that refuses every AWS call."""
    import boto3
    import botocore.session
    from sagemaker.core.telemetry import telemetry_logging
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    # The documented opt-out is a configuration file, and with a configuration the SDK validates it against its schema
    # at each of some hundred look-ups: twice the time of the whole rendering.
    telemetry_logging._send_telemetry_request = lambda *_, **__: None

    core = botocore.session.Session()
    core.set_credentials("render", "render")
    core.get_component("event_emitter").register_first("before-call.*.*", _refuse)

    class OfflinePipelineSession(PipelineSession):  # type: ignore[misc,unused-ignore]
        """Answers what PipelineSession would ask STS, IAM and S3 for."""

        def expand_role(self, role: str) -> str:
            return role

        def default_bucket(self) -> str:
            return bucket

        def upload_data(self, path: str, *_: Any, **__: Any) -> str:
            # Whatever does not start with s3:// is a local file to the SDK: a token too.
            if tokens_in(path):
                return path
            raise RenderError(f"the SDK tried to upload {path}; rendering is offline, name an S3 URI or a token")

    return OfflinePipelineSession(
        boto_session=boto3.Session(botocore_session=core, region_name=REGION), default_bucket=bucket
    )
