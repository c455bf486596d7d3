"""images.json: a working image URI for each region that has both images."""

import json
import re
from typing import Any

import pytest

from mlops.render.tokens import TOKENS
from render.definitions import RENDERED


@pytest.fixture(scope="module")
def images() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((RENDERED / "images.json").read_text(encoding="utf-8"))
    return document


def uri(images: dict[str, Any], framework: str, region: str) -> str:
    place, image = images["regions"][region], images["images"][framework]
    return f"{place[framework]}.dkr.ecr.{region}.{place['domain']}/{image['repository']}:{image['tag']}"


# Accounts and domains from https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
@pytest.mark.parametrize(
    ("framework", "region", "expected"),
    [
        ("xgboost", "us-east-1", "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"),
        ("sklearn", "eu-west-1", "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"),
        ("xgboost", "cn-north-1", "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.2-0"),
        (
            "sklearn",
            "us-gov-west-1",
            "414596584902.dkr.ecr.us-gov-west-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
        ),
    ],
)
def test_known_uris(images: dict[str, Any], framework: str, region: str, expected: str) -> None:
    assert uri(images, framework, region) == expected


def test_every_region_has_both_images(images: dict[str, Any]) -> None:
    assert len(images["regions"]) >= 30
    for region in images["regions"]:
        for framework in ("sklearn", "xgboost"):
            filling = uri(images, framework, region)
            assert re.fullmatch(TOKENS[f"{framework}_image"].pattern, filling), filling
