"""What moto raises becomes a refusal, in one place.

moto reads bodies as it needs them, and fails in as many ways as it has services.  A client retries a 5xx for minutes,
so all of it is a 4xx.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from xml.parsers.expat import ExpatError

from localaws.api.errors import AwsError

__all__ = ["refusal"]

_logger = logging.getLogger(__name__)


def refusal(name: str, error: Exception) -> AwsError:
    """The refusal for what moto raised while it served `name`; a fault of moto's own is logged in one line."""
    if isinstance(error, ExpatError):
        return AwsError("MalformedXML", f"The XML of the request is not well-formed: {error}.")
    if isinstance(error, RecursionError):
        return AwsError("SerializationException", f"The request of {name} is nested too deeply.")
    # Of json, codecs, int() and base64: the client's text is not what it should be.
    if isinstance(error, UnicodeError) or type(error).__module__ in ("json.decoder", "binascii"):
        return AwsError("SerializationException", f"The request of {name} cannot be read: {error}.")
    words = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    last = traceback.extract_tb(error.__traceback__)[-1]
    _logger.error("moto failed on %s: %s (%s:%s)", name, words, Path(last.filename).name, last.lineno)
    return AwsError("NotImplemented", f"The local stack cannot serve {name}: moto failed with {words}")
