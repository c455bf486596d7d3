"""boto3 sessions that call the stack."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
from botocore.config import Config
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


def local_session(credentials: RoleSession, region: str, endpoint_url: str) -> boto3.Session:
    """A session with `credentials` whose clients call `endpoint_url`, whatever profile the environment names."""
    core = botocore.session.Session(profile=None)
    core.register_component("data_loader", _models)
    # Profiles and files of the user have no say here.
    core.set_config_variable("config_file", "/dev/null")
    core.set_config_variable("credentials_file", "/dev/null")
    return _LocalSession(
        endpoint_url,
        botocore_session=core,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        region_name=region,
    )
