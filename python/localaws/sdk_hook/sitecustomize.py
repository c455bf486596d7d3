"""Gives the SageMaker Python SDK the configuration that its release accepts.

`localaws env` puts this folder on PYTHONPATH, so that every Python of that shell runs this file when it starts. The
SDK's schemas refuse members that they do not know. SAGEMAKER_USER_CONFIG_OVERRIDE names a file that all of them accept;
this picks the one beside it that says most. A `sitecustomize` further down the path runs too.

It runs in old Python releases too and must be quick: it imports only what is loaded anyway.
"""

import importlib
import os
import sys

# (first release, file beside the exported one); `localaws.environment.sdk_configs` writes them.
_FILES = (((2, 199), "no-telemetry.yaml"), ((2, 158), "bucket.yaml"), ((2,), os.devnull))
_EXPORTED = "any-release.yaml"
_VARIABLE = "SAGEMAKER_USER_CONFIG_OVERRIDE"


def release() -> "tuple[int, ...]":
    """The first two numbers of the SDK that this Python imports; () where it has none."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            distribution, _, rest = name.partition("-")
            if distribution == "sagemaker" and name.endswith((".dist-info", ".egg-info")):
                return tuple(int(number) for number in rest.split(".")[:2] if number.isdigit())
    return ()


def choose() -> None:
    """Set the variable, unless the user has set it to another file."""
    folder, name = os.path.split(os.environ.get(_VARIABLE, ""))
    if name != _EXPORTED:
        return
    found = release()
    for first, file in _FILES:
        if found >= first:
            os.environ[_VARIABLE] = os.path.join(folder, file)  # noqa: PTH118
            return


def run_next() -> None:
    """Import the `sitecustomize` that this one hides."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != here]  # noqa: PTH100
    own = sys.modules.pop("sitecustomize")
    try:
        importlib.import_module("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", own)


choose()
run_next()
