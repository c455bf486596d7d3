"""boto3 sessions of the stack's own, whose calls it answers in the calling thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from botocore.loaders import Loader

from localaws.iam import RoleSession

__all__ = ["local_session"]


class _Models(Loader):
    """The API models, read once for all sessions: reading them again makes each client 60 ms late."""

    @property
    def search_paths(self) -> list[str]:
        # A copy, because each boto3 session appends a folder to it.
        return list(super().search_paths)


_models = _Models()


class _LocalSession(boto3.Session):
    """A session whose clients go to one endpoint; boto3 takes an endpoint only client by client."""

    def __init__(self, endpoint_url: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._endpoint_url = endpoint_url

    def client(self, service_name: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["endpoint_url"] = kwargs.get("endpoint_url") or self._endpoint_url
        # A proxy of the user's environment must not swallow calls to this machine.
        config = Config(proxies={}, s3={"addressing_style": "path"})
        kwargs["config"] = config.merge(kwargs["config"]) if kwargs.get("config") else config
        return super().client(service_name, *args, **kwargs)


class _Renewed(CredentialProvider):
    """Credentials that botocore asks for again shortly before they expire."""

    METHOD = "localaws-role"

    def __init__(self, current: Callable[[], RoleSession]) -> None:
        super().__init__()
        self._current = current

    def load(self) -> Any:
        return RefreshableCredentials.create_from_metadata(self._fetch(), self._fetch, self.METHOD)

    def _fetch(self) -> dict[str, str]:
        session = self._current()
        assert session.expiration is not None
        return {
            "access_key": session.access_key_id,
            "expiry_time": session.expiration.isoformat(),
            "secret_key": session.secret_access_key,
            "token": session.session_token,
        }


class _InProcess:
    """A handler of botocore's event `before-send`: what it returns is the response, and nothing is sent."""

    def __init__(self, send: Callable[[AWSPreparedRequest], AWSResponse]) -> None:
        self._send = send

    def __call__(self, **event: Any) -> Any:
        return self._send(event["request"])


def local_session(
    credentials: RoleSession,
    region: str,
    endpoint_url: str,
    current: Callable[[], RoleSession] | None = None,
    send: Callable[[AWSPreparedRequest], AWSResponse] | None = None,
) -> boto3.Session:
    """A session with `credentials` whose clients call `endpoint_url`, whatever profile the environment names.

    `current` gives the credentials to go on with when they expire.  `send` answers requests in the place of HTTP.
    """
    core = botocore.session.Session(profile=None)
    if send:
        core.register("before-send", _InProcess(send))
    core.register_component("data_loader", _models)
    # Profiles and files of the user have no say here.
    core.set_config_variable("config_file", "/dev/null")
    core.set_config_variable("credentials_file", "/dev/null")
    if current and credentials.expiration is not None:
        core.register_component("credential_provider", CredentialResolver([_Renewed(current)]))
        return _LocalSession(endpoint_url, botocore_session=core, region_name=region)
    return _LocalSession(
        endpoint_url,
        botocore_session=core,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        region_name=region,
    )
