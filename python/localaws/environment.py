"""The environment in which AWS's tools talk to the stack and to nothing else."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from localaws.state import RunningStack

__all__ = ["clean", "exports", "lines", "sdk_config", "unset_names"]

_LOCAL_HOSTS = ("127.0.0.1", "localhost")
# Whatever would send a tool elsewhere or give it other credentials.
_UNSET = (
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def exports(stack: RunningStack, sdk_config_file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that point AWS's tools at the stack."""
    return {
        "AWS_ACCESS_KEY_ID": stack.access_key_id,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_PAGER": "",
        "AWS_REGION": stack.region,
        "AWS_SECRET_ACCESS_KEY": stack.secret_access_key,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": _no_proxy(environ.get("NO_PROXY", "")),
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(sdk_config_file),
        # SDK v3 refuses roles without permissions for VPCs, needed or not; here the stack refuses what is not allowed.
        "SAGEMAKER_VALIDATE_ROLE": environ.get("SAGEMAKER_VALIDATE_ROLE", "false"),
        "no_proxy": _no_proxy(environ.get("no_proxy", environ.get("NO_PROXY", ""))),
    }


def unset_names(environ: Mapping[str, str]) -> list[str]:
    """The variables to unset, every service's own endpoint among them."""
    return sorted({*_UNSET, *(name for name in environ if name.startswith("AWS_ENDPOINT_URL_"))})


def lines(stack: RunningStack, sdk_config_file: Path, environ: Mapping[str, str]) -> str:
    """What a POSIX shell evaluates: `eval "$(localaws env)"`."""
    exported = exports(stack, sdk_config_file, environ)
    return "".join(
        [
            f"unset {' '.join(unset_names(environ))}\n",
            *(f"export {name}={shlex.quote(value)}\n" for name, value in exported.items()),
        ]
    )


def clean(environ: MutableMapping[str, str]) -> None:
    """Take the user's AWS settings out of the stack's own process, which must not reach a real account by them."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ.update(AWS_CONFIG_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true", AWS_SHARED_CREDENTIALS_FILE=os.devnull)


def sdk_config(region: str, account_id: str) -> str:
    """The SageMaker SDK's configuration (v2 and v3): its default bucket, and no telemetry.

    Without a default bucket the SDK asks the real STS for the account.
    """
    return (
        "SchemaVersion: '1.0'\n"
        "SageMaker:\n"
        "  PythonSDK:\n"
        "    Modules:\n"
        "      TelemetryOptOut: true\n"
        "      Session:\n"
        f"        DefaultS3Bucket: sagemaker-{region}-{account_id}\n"
    )


def _no_proxy(present: str) -> str:
    hosts = [host for host in present.split(",") if host]
    return ",".join([*hosts, *(host for host in _LOCAL_HOSTS if host not in hosts)])
