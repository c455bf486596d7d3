"""Modules of the images that scripts import: offered where the runtime has no such package itself."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

from . import coding
from .answers import Answer

__all__ = ["offer"]

_TYPES = {
    "JSON": coding.JSON,
    "CSV": coding.CSV,
    "NPY": coding.NPY,
    "ANY": "*/*",
    "OCTET_STREAM": "application/octet-stream",
    "UTF8_TYPES": coding.UTF8_TYPES,
}
_CODING = {
    name: getattr(coding, name)
    for name in ("json_to_numpy", "csv_to_numpy", "npy_to_numpy", "array_to_json", "array_to_csv", "array_to_npy")
}


def offer(xgboost_decoders: dict[str, Any] | None) -> None:
    """Make the images' helpers importable.

    `sagemaker_containers.beta.framework` (content_types, encoders, errors, worker), `sagemaker_inference`
    (content_types, decoder, encoder, errors) and, in the XGBoost image, `sagemaker_xgboost_container.encoder`.
    """
    errors = {"ClientError": coding.ClientError, "UnsupportedFormatError": coding.UnsupportedFormatError}
    both = {"encode": coding.encode, "decode": coding.decode, **_CODING}
    framework = "sagemaker_containers.beta.framework"
    _offer(f"{framework}.content_types", _TYPES)
    _offer(f"{framework}.encoders", both)
    _offer(f"{framework}.errors", errors)
    _offer(f"{framework}.worker", {"Response": Answer})
    _offer("sagemaker_inference.content_types", _TYPES)
    _offer("sagemaker_inference.decoder", {"decode": coding.decode})
    _offer("sagemaker_inference.encoder", {"encode": coding.encode})
    _offer("sagemaker_inference.errors", errors)
    if xgboost_decoders is not None:
        names = {"text/csv": "csv", "text/libsvm": "libsvm", "application/x-recordio-protobuf": "recordio_protobuf"}
        made = {f"{name}_to_dmatrix": xgboost_decoders[kind] for kind, name in names.items()}

        def decode(body: Any, content_type: str) -> Any:
            media_type = content_type.split(";")[0].strip()
            if media_type not in xgboost_decoders:
                raise coding.UnsupportedFormatError(media_type)
            return xgboost_decoders[media_type](body)

        _offer("sagemaker_xgboost_container.encoder", {**made, "decode": decode})


_offered: set[str] = set()


def _offer(name: str, content: dict[str, Any]) -> None:
    package = name.partition(".")[0]
    if package not in _offered and importlib.util.find_spec(package) is not None:
        return
    _offered.add(package)
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path = ".".join(parts[:depth])
        if path not in sys.modules:
            sys.modules[path] = ModuleType(path)
            if depth < len(parts):
                sys.modules[path].__path__ = []
        if depth > 1:
            setattr(sys.modules[".".join(parts[: depth - 1])], parts[depth - 1], sys.modules[path])
    vars(sys.modules[name]).update(content)
