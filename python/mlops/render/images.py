"""Where AWS keeps the scikit-learn and XGBoost images: registry account and domain for each region."""

import re
from typing import Any

from sagemaker.core import image_uris

from mlops.render.document import canonical_json
from mlops.render.errors import RenderError

__all__ = ["VERSIONS", "images"]

# The newest of each. The pipeline serves the model with the same images, so both need training and inference support.
VERSIONS = {"sklearn": "1.9-0", "xgboost": "3.2-0"}

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<domain>[a-z0-9.-]+)/(?P<repository>[^:]+):(?P<tag>.+)"
)


def images() -> str:
    """images.json, from which Terraform builds an image URI for any region and partition.

    `images`: framework → repository, tag and version; `regions`: region → domain, and framework → registry account.
    The URI is `<account>.dkr.ecr.<region>.<domain>/<repository>:<tag>`.
    Regions without one of the images are left out.

    Raises:
        RenderError: the SDK's URI has another form, or training and inference do not share the image.
    """
    registries = {framework: _registries(framework, version) for framework, version in VERSIONS.items()}
    regions = sorted(set.intersection(*(set(accounts) for accounts in registries.values())))
    # The domain is the region's, not the image's: asking for one framework is enough, and an answer takes 60 ms.
    framework = next(iter(VERSIONS))
    domains = {region: _uri_parts(framework, region)["domain"] for region in regions}
    return canonical_json(
        {
            "images": {framework: _repository(framework, regions[0]) for framework in VERSIONS},
            "regions": {
                region: {"domain": domains[region]}
                | {framework: accounts[region] for framework, accounts in registries.items()}
                for region in regions
            },
        }
    )


def _registries(framework: str, version: str) -> dict[str, str]:
    config: dict[str, Any] = image_uris.config_for_framework(framework)
    training, inference = (config[scope]["versions"].get(version) for scope in ("training", "inference"))
    if training is None or training != inference:
        raise RenderError(
            f"{framework} {version} is not one image for training and inference; choose another version in "
            "mlops/render/images.py"
        )
    accounts: dict[str, str] = training["registries"]
    return accounts


def _repository(framework: str, region: str) -> dict[str, str]:
    parts = _uri_parts(framework, region)
    return {"repository": parts["repository"], "tag": parts["tag"], "version": VERSIONS[framework]}


def _uri_parts(framework: str, region: str) -> dict[str, str]:
    uri = image_uris.retrieve(
        framework, region, VERSIONS[framework], py_version="py3", instance_type="ml.m5.large", image_scope="training"
    )
    match = _URI.fullmatch(uri)
    if match is None:
        raise RenderError(
            f"{uri} is not of the form ACCOUNT.dkr.ecr.REGION.DOMAIN/REPOSITORY:TAG; teach it to images.py"
        )
    return match.groupdict()
