"""Channels: what a job may send, and the matrices made of it.

CSV has the label first and no header line; a header is trained on like any other row, as on SageMaker.
"""

from __future__ import annotations

import csv
import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import UserError

__all__ = ["content_type", "matrix", "validate"]

CSV, LIBSVM, PARQUET = "csv", "libsvm", "parquet"
CONTENT_TYPES = {
    "csv": CSV,
    "libsvm": LIBSVM,
    "parquet": PARQUET,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
}
RECORDIO = ("recordio-protobuf", "application/x-recordio-protobuf")
ACCEPTED = [*list(CONTENT_TYPES)[:3], RECORDIO[0], *list(CONTENT_TYPES)[3:], RECORDIO[1]]
DEPTH = 3  # folders below the channel that are looked into

Channels = Mapping[str, Mapping[str, str]]


def validate(channels: Channels) -> None:
    """Check the names, modes and distribution of the channels ({name: configuration}); raises UserError."""
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    for name, configuration in channels.items():
        if name not in ("train", "validation", "code"):
            raise UserError(f"Extraneous channel found: {name}")
        declared = configuration.get("ContentType", "text/libsvm").split(";")[0].strip().lower()
        known = ("text/python",) if name == "code" else ACCEPTED
        if declared not in known or configuration.get("TrainingInputMode", "File") == "Augmented":
            raise UserError(f"Channel configuration for '{name}' channel is not supported: {dict(configuration)}")


def content_type(declared: str | None) -> str:
    """`csv`, `libsvm` (where nothing is declared) or `parquet`; raises UserError for another."""
    if declared is None:
        return LIBSVM
    kind, *parameters = (part.strip() for part in declared.lower().split(";"))
    if kind in RECORDIO:
        raise UserError(
            f"{declared} is not read by the local stack: use text/csv, text/libsvm or application/x-parquet."
        )
    if kind not in CONTENT_TYPES:
        raise UserError(f"{declared} is not an accepted ContentType: {', '.join(ACCEPTED)}.")
    sizes = [parameter.split("=")[1] for parameter in parameters if parameter.startswith("label_size=")]
    if CONTENT_TYPES[kind] == CSV and any(size != "1" for size in sizes):
        raise UserError(
            f"{declared} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        )
    return CONTENT_TYPES[kind]


def matrix(xgboost: Any, channel: Path, kind: str, csv_weights: bool) -> Any | None:
    """The channel's data as an xgboost.DMatrix, None where it holds no bytes; raises UserError for bad data."""
    files = _files(channel)
    if sum(file.stat().st_size for file in files) == 0:
        return None
    for file in files:
        _check_first_line(file, kind)
    folder = _one_folder(files, channel)
    try:
        made = _read_parquet(xgboost, folder) if kind == PARQUET else _read_text(xgboost, folder, kind, csv_weights)
    except UserError:
        raise
    # What pyarrow and xgboost raise for bad data are many classes without a common one but ValueError and OSError.
    except (ValueError, OSError, RuntimeError, TypeError, ArithmeticError) as error:
        raise UserError(f"Failed to load {kind} data with exception:\n{error}") from error
    if made.get_label().size == 0:
        raise UserError("Got input data without labels. Please check the input data set.")
    return made


def _files(channel: Path) -> list[Path]:
    if channel.is_file():
        return [channel]
    found = []
    for root, _, names in os.walk(channel):
        for name in sorted(names):
            if name.startswith("."):
                raise UserError("Hidden file found in the data path! Remove that before training.")
            depth = len(Path(root).relative_to(channel).parts)
            if depth <= DEPTH and not name.startswith("_"):
                found.append(Path(root, name))
    return found


def _check_first_line(file: Path, kind: str) -> None:
    if kind == PARQUET:
        return
    with file.open(errors="ignore") as text:
        line = text.readline()
    if kind == CSV:
        _delimiter(line)
    elif not _is_libsvm(line):
        raise UserError(
            f"First line '{line[:50]}...' of file '{file.name}' is not 'LIBSVM' format. Please ensure the file is in "
            "'LIBSVM' format."
        )


def _delimiter(line: str) -> str:
    try:
        delimiter = csv.Sniffer().sniff(line).delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:50]}:\n{error}") from error
    logging.info("Determined delimiter of CSV input is '%s'", delimiter)
    return delimiter


def _is_libsvm(line: str) -> bool:
    label, *features = line.strip().split(" ")
    try:
        weights = [float(part) for part in label.split(":")]
    except ValueError:
        return False
    return len(weights) <= 2 and all(feature.count(":") == 1 for feature in features)


def _one_folder(files: list[Path], channel: Path) -> Path:
    """A folder with links to all files: xgboost reads no sub-folders."""
    folder = Path(os.environ.get("TMPDIR", "/tmp"), "xgboost-input", channel.name)
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        if file.stat().st_size:
            (folder / f"{number:06d}-{file.name}").symlink_to(file)
    return folder


def _read_text(xgboost: Any, folder: Path, kind: str, csv_weights: bool) -> Any:
    location = f"{folder}?format={kind}"
    if kind == CSV:
        with next(iter(sorted(folder.iterdir()))).open(errors="ignore") as text:
            location += f"&label_column=0&delimiter={_delimiter(text.readline())}"
        location += "&weight_column=1" if csv_weights else ""
    with warnings.catch_warnings():
        # The image reads text this way, and only this way gives its results for empty cells and words.
        warnings.filterwarnings("ignore", message=".*Text file input has been deprecated")
        return xgboost.DMatrix(location)


def _read_parquet(xgboost: Any, folder: Path) -> Any:
    from pyarrow import parquet

    values = parquet.read_table(folder).to_pandas().to_numpy()
    return xgboost.DMatrix(values[:, 1:], label=values[:, 0])
