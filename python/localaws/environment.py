"""The environment in which AWS's tools talk to the stack and to nothing else."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from localaws.state import RunningStack

__all__ = ["clean", "cut_off", "exports", "lines", "sdk_configs", "unset_names"]

_HOOK = str(Path(__file__).with_name("sdk_hook"))
_LOCAL_HOSTS = ("127.0.0.1", "localhost")
# Nothing listens there, and the name is in every tool's error.
_NOWHERE = "http://127.0.0.1:1/localaws-is-not-running"
# Whatever would send a tool elsewhere or give it other credentials, for a shell whose variables are not known here.
_UNSET = (
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DATA_PATH",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    # Terraform's AWS provider and S3 backend still read these.
    *(f"{prefix}AWS_{service}_ENDPOINT" for prefix in ("", "TF_") for service in ("DYNAMODB", "IAM", "S3", "STS")),
    "AWS_METADATA_URL",
)
# All other variables of these prefixes are unset too, but for a user's taste in output and retries.
_PREFIXES = ("AWS_", "TF_AWS_")
_KEPT = ("AWS_CLI_", "AWS_DEFAULT_OUTPUT", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_SDK_UA_APP_ID")
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
# Files that could name credentials, endpoints or the SDK's defaults.
_NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": os.devnull,
}


def exports(stack: RunningStack, sdk_config_file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that point AWS's tools at the stack."""
    return {
        **_NO_FILES,
        **_proxies(environ),
        "AWS_ACCESS_KEY_ID": stack.access_key_id,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_PAGER": "",
        "AWS_REGION": stack.region,
        "AWS_SECRET_ACCESS_KEY": stack.secret_access_key,
        "PYTHONPATH": _python_path(environ),
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(sdk_config_file),
        # SDK v3 refuses roles without permissions for VPCs, needed or not; here the stack refuses what is not allowed.
        "SAGEMAKER_VALIDATE_ROLE": environ.get("SAGEMAKER_VALIDATE_ROLE", "false"),
    }


def unset_names(environ: Mapping[str, str]) -> list[str]:
    """The variables to unset, every service's own endpoint among them."""
    present = (name for name in environ if name.startswith(_PREFIXES) and not name.startswith(_KEPT))
    return sorted({*_UNSET, *present})


def lines(stack: RunningStack, sdk_config_file: Path, environ: Mapping[str, str]) -> str:
    """What a POSIX shell evaluates: `eval "$(localaws env)"`."""
    return _script(exports(stack, sdk_config_file, environ), environ)


def cut_off(environ: Mapping[str, str]) -> str:
    """What a shell evaluates where no stack answers: it fails, and what runs next reaches no AWS account."""
    script = _script({**_NO_FILES, **_proxies(environ), "AWS_ENDPOINT_URL": _NOWHERE}, environ)
    return f"{script}false\n"


def _script(exported: Mapping[str, str], environ: Mapping[str, str]) -> str:
    unset = [name for name in (*unset_names(environ), *_KEYS) if name not in exported]
    exports = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(exported.items())]
    return f"unset {' '.join(sorted({*unset}))}\n{''.join(exports)}"


def clean(environ: MutableMapping[str, str]) -> None:
    """Take the user's AWS settings out of the stack's own process, which must not reach a real account by them."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ.update(AWS_CONFIG_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true", AWS_SHARED_CREDENTIALS_FILE=os.devnull)


def sdk_configs(region: str, account_id: str) -> dict[str, str]:
    """The SageMaker SDK's configuration files by name; `sdk_hook/sitecustomize.py` picks the one for its release.

    Without a default bucket the SDK asks the real STS for the account; 2.158 is the first release that takes one. 2.199
    is the first with telemetry, and with a member that opts out. Releases before 2.143 read no configuration.
    """
    bucket = f"      Session:\n        DefaultS3Bucket: sagemaker-{region}-{account_id}\n"
    modules = "SageMaker:\n  PythonSDK:\n    Modules:\n"
    version = "SchemaVersion: '1.0'\n"
    return {
        "any-release.yaml": version,
        "bucket.yaml": f"{version}{modules}{bucket}",
        "no-telemetry.yaml": f"{version}{modules}      TelemetryOptOut: true\n{bucket}",
    }


def _python_path(environ: Mapping[str, str]) -> str:
    present = [folder for folder in environ.get("PYTHONPATH", "").split(os.pathsep) if folder not in ("", _HOOK)]
    return os.pathsep.join([_HOOK, *present])


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """A proxy of the user's must not get the calls to this machine."""
    upper = environ.get("NO_PROXY", "")
    return {"NO_PROXY": _no_proxy(upper), "no_proxy": _no_proxy(environ.get("no_proxy", upper))}


def _no_proxy(present: str) -> str:
    hosts = [host for host in present.split(",") if host.strip()]
    if [host.strip() for host in hosts] == ["*"]:
        return "*"  # which tools know on its own only
    return ",".join([*hosts, *(host for host in _LOCAL_HOSTS if host not in hosts)])
