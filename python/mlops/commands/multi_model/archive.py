"""Model archives: what is inside, before they are put in front of requests."""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from typing import Any

from mlops.aws.errors import UserError

__all__ = ["booster_features", "encoder", "encoder_columns", "members"]


def members(content: bytes, called: str) -> dict[str, bytes]:
    """Path → content of the files in a ``model.tar.gz``.

    Raises:
        UserError: ``called`` is no gzipped tar archive.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            files = [member for member in archive.getmembers() if member.isfile()]
            return {
                member.name.removeprefix("./"): stream.read()
                for member in files
                if (stream := archive.extractfile(member)) is not None
            }
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UserError(f"{called} is no gzipped tar archive ({error}): give a training job's model.tar.gz") from error


def encoder(content: bytes, called: str) -> Any:
    """The fitted encoder in an archive of the preprocessing step, as plain data; ``None`` where it holds none."""
    found = members(content, called).get("encoder.json")
    return None if found is None else json.loads(found)


def encoder_columns(fitted: Any) -> int | None:
    """How many columns an encoder of the preprocessing step writes, one a feature; ``None`` for another's encoder."""
    features = fitted.get("features") if isinstance(fitted, dict) else None
    return len(features) if isinstance(features, list) else None


def booster_features(model: bytes) -> int | None:
    """How many features a saved booster was trained on; ``None`` where it is in no format that XGBoost loads here.

    That is so of a pickled booster, which is code of somebody else's and is not run, and of formats of older releases.
    """
    import xgboost  # takes half a second, and most commands need it not

    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(model))
    except xgboost.core.XGBoostError:
        return None
    return int(booster.num_features())
