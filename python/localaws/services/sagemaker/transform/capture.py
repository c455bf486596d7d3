"""Data capture of a transform job: manifests of what it read and wrote.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-batch.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from localaws.services.sagemaker.jobs.s3 import Place, place
from localaws.services.sagemaker.transform.objects import Objects, Source

__all__ = ["capture"]


def capture(
    objects: Objects, config: Mapping[str, Any], output_uri: str, done: Sequence[Source], now: datetime, scratch: Path
) -> None:
    """Write {destination}/input and {destination}/output manifests under yyyy/mm/dd/hh; raises DataError.

    A manifest is [{"prefix": "s3://…/"}, name, …]. `done`: the objects whose output is stored. `now`: UTC, the start of
    the job. `scratch`: a folder for a moment.
    """
    if not done:
        return
    destination = place(config["DestinationS3Uri"])
    first = done[0]
    prefix = Place(first.place.bucket, first.place.key.removesuffix(first.relative))
    output = place(output_uri).below("")
    manifests = {
        "input": [{"prefix": str(prefix)}, *(source.relative for source in done)],
        "output": [{"prefix": str(output)}, *(f"{source.relative}.out" for source in done)],
    }
    for side, manifest in manifests.items():
        file = scratch / f"{side}.json"
        file.write_text(json.dumps(manifest) + "\n", encoding="utf-8")
        name = f"{side}/{now:%Y/%m/%d/%H}/{uuid.uuid4()}.json"
        objects.upload_file(file, str(destination.below(name)), config.get("KmsKeyId"))
