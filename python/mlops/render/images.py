"""Where AWS keeps the scikit-learn and XGBoost images: registry account and domain for each region."""

import re

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

    `images`: framework → repository and tag; `regions`: region → domain, and framework → registry account. The URI is
    `<account>.dkr.ecr.<region>.<domain>/<repository>:<tag>`.

    Raises:
        RenderError: the SDK gives a URI of another form, or one that training and inference do not share.
    """
    repositories: dict[str, dict[str, str]] = {}
    regions: dict[str, dict[str, str]] = {}
    for framework, version in VERSIONS.items():
        listed = image_uris.config_for_framework(framework)["training"]["versions"][version]["registries"]
        for region in listed:
            parts = _uri_parts(framework, region, version)
            repository = {"repository": parts["repository"], "tag": parts["tag"], "version": version}
            if repositories.setdefault(framework, repository) != repository:
                raise RenderError(
                    f"the {framework} image is called {repository} in {region} only; images.json has one name"
                )
            entry = regions.setdefault(region, {"domain": parts["domain"]})
            entry[framework] = parts["account"]
    complete = {region: entry for region, entry in regions.items() if VERSIONS.keys() <= entry.keys()}
    return canonical_json({"images": repositories, "regions": complete})


def _uri_parts(framework: str, region: str, version: str) -> dict[str, str]:
    uris = {
        image_uris.retrieve(
            framework, region, version=version, py_version="py3", instance_type="ml.m5.large", image_scope=scope
        )
        for scope in ("training", "inference")
    }
    match = _URI.fullmatch(uris.pop()) if len(uris) == 1 else None
    if match is None:
        raise RenderError(f"{framework} {version} has no single image in {region}; choose another version in images.py")
    return match.groupdict()
