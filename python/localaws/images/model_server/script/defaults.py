"""What the images do for functions that a script leaves out."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from . import coding
from .answers import Answer

__all__ = ["SklearnDefaults", "XGBoostDefaults"]


class SklearnDefaults:
    """The scikit-learn image's."""

    def model_fn(self, model_dir: str) -> Any:
        """There is none: a script must bring it."""
        raise NotImplementedError(
            textwrap.dedent(
                """
                Please provide a model_fn implementation.
                See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk
                """
            )
        )

    def input_fn(self, body: Any, content_type: str) -> Any:
        """An array; CSV and JSON as 32-bit numbers."""
        array = coding.decode(body, content_type)
        return array.astype(np.float32) if content_type in coding.UTF8_TYPES else array

    def predict_fn(self, data: Any, model: Any) -> Any:
        """The model's own `predict`."""
        return model.predict(data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """The prediction in the accepted type."""
        return Answer(coding.encode(prediction, accept), mimetype=accept)


class XGBoostDefaults(SklearnDefaults):
    """The XGBoost image's: the data is an xgboost.DMatrix."""

    def __init__(self, tag: str) -> None:
        from ..xgboost_model.matrices import decoders

        self.decoders = decoders(tag)

    def input_fn(self, body: Any, content_type: str) -> Any:
        """A DMatrix of CSV, LIBSVM or RecordIO-protobuf."""
        media_type = content_type.split(";")[0].strip()
        if media_type not in self.decoders:
            raise coding.UnsupportedFormatError(media_type)
        return self.decoders[media_type](body)

    def predict_fn(self, data: Any, model: Any) -> Any:
        """The booster's `predict`, without a look at feature names."""
        return model.predict(data, validate_features=False)
