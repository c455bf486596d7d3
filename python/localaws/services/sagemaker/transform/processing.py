"""What is sent of a record, and what is kept of it next to its inference: filters, join and inference ids.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from localaws.services.sagemaker.transform.json_paths import Filter, FilterError, parse
from localaws.services.sagemaker.transform.records import split_lines

__all__ = ["DataError", "Processing", "format_of"]

Format = Literal["csv", "json", "jsonlines"]
_FORMATS: Mapping[str, Format] = {
    "text/csv": "csv",
    "csv": "csv",
    "application/json": "json",
    "application/jsonlines": "jsonlines",
    "application/jsonlines+json": "jsonlines",
}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class DataError(Exception):
    """Records that the filters or the join cannot be applied to."""


def format_of(content_type: str) -> Format | None:
    """How records of a content type are read; None for what has no records to the transform job."""
    return _FORMATS.get(content_type.split(";")[0].strip().lower())


class Processing:
    """The DataProcessing and the inference ids of one job.

    data: the request's DataProcessing. content_type, accept: of input and output. split: whether the input is split by
    line. ids: whether each output record gets an inference id and the time. Raises DataError for filters that cannot be
    read, and for formats that they cannot be applied to.
    """

    def __init__(
        self,
        data: Mapping[str, str],
        content_type: str,
        accept: str,
        *,
        split: bool,
        ids: bool,
        clock: Callable[[], datetime],
    ) -> None:
        try:
            self._input = parse(data.get("InputFilter") or "$")  # the API takes an empty path
            self._output = parse(data.get("OutputFilter") or "$")
        except FilterError as error:
            raise DataError(str(error)) from error
        self._join = data.get("JoinSource", "None") == "Input"
        self._ids, self._clock = ids, clock
        self._reads, self._writes = format_of(content_type), format_of(accept)
        self._split = split
        for needed, kind, member, value in (
            (self._input or self._join, self._reads, "TransformInput ContentType", content_type),
            (self.after, self._writes, "TransformOutput Accept", accept),
        ):
            if needed and kind is None:
                raise DataError(
                    f"{member} is {value!r}: filters, JoinSource and inference ids need text/csv, application/json or "
                    "application/jsonlines."
                )
            if needed and kind != "json" and not split:
                raise DataError(
                    f"{member} is {value!r}: filters, JoinSource and inference ids need SplitType Line (and "
                    "AssembleWith Line) for it."
                )
        if self._join and (self._reads == "csv") != (self._writes == "csv"):
            raise DataError(
                f"JoinSource Input joins CSV with CSV or JSON with JSON, not ContentType {content_type!r} with Accept "
                f"{accept!r}."
            )

    @property
    def after(self) -> bool:
        """Whether anything happens to what the model answers."""
        return bool(self._output or self._join or self._ids)

    def sent(self, body: bytes) -> bytes:
        """The request's body for a mini-batch."""
        if not self._input:
            return body
        return self._write(
            self._reads, [self._apply(self._input, record) for record in self._records(self._reads, body)]
        )

    def kept(self, body: bytes, answer: bytes) -> bytes:
        """What is stored for the mini-batch `body` that the model answered with `answer`."""
        if not self.after:
            return answer
        outputs = self._records(self._writes, answer)
        if self._split:
            count = len(split_lines(body))
            if len(outputs) != count:
                raise DataError(
                    f"the model answered {count} records with {len(outputs)}, so that they cannot be matched: filters, "
                    "JoinSource and inference ids need one line for each record."
                )
        if self._join and self._reads == "csv" and not self._output:
            kept: list[Any] = []
            lines = zip(split_lines(body), split_lines(answer), strict=True)
            kept = [line + b"," + output for line, output in lines]
            if not self._ids:
                return b"".join(line + b"\n" for line in kept)
            return b"".join(line + b"," + ",".join(self._identity()).encode() + b"\n" for line in kept)
        if self._join:
            inputs = self._records(self._reads, body)
            outputs = [self._joined(given, output) for given, output in zip(inputs, outputs, strict=True)]
        if self._output:
            outputs = [self._apply(self._output, record) for record in outputs]
        if self._ids:
            outputs = [self._identified(record) for record in outputs]
        return self._write(self._writes, outputs)

    def _joined(self, given: Any, output: Any) -> Any:
        if self._reads == "csv":
            return [*given, *output]
        if isinstance(given, dict):
            return {**given, "SageMakerOutput": output}
        return {"SageMakerInput": given, "SageMakerOutput": output}

    def _identity(self) -> tuple[str, str]:
        return str(uuid.uuid4()), self._clock().strftime(_TIME)

    def _identified(self, record: Any) -> Any:
        identity, time = self._identity()
        if isinstance(record, list) or self._writes == "csv":
            return [*(record if isinstance(record, list) else [record]), identity, time]
        members = record if isinstance(record, dict) else {"SageMakerOutput": record}
        return {**members, "SageMakerInferenceId": identity, "SageMakerInferenceTime": time}

    def _apply(self, chosen: Filter, record: Any) -> Any:
        try:
            return chosen(record)
        except FilterError as error:
            raise DataError(str(error)) from error

    def _records(self, kind: Format | None, body: bytes) -> list[Any]:
        """CSV as one list of texts a row, JSON lines as one value a line, JSON as the one document."""
        try:
            text = body.decode("utf-8")
            if kind == "csv":
                # Line by line, as lines were counted: a quoted line break is none of a record's.
                return (
                    [next(csv.reader([line.decode("utf-8")]), []) for line in split_lines(body)]
                    if '"' in text
                    else [line.decode("utf-8").split(",") for line in split_lines(body)]
                )
            if kind == "jsonlines" or self._split:
                return [json.loads(line) for line in split_lines(body)]
            return [json.loads(text)]
        except (ValueError, RecursionError) as error:
            raise DataError(f"a record is not {kind}: {error}") from error

    def _write(self, kind: Format | None, records: list[Any]) -> bytes:
        if kind == "csv":
            buffer = io.StringIO()
            writer = csv.writer(buffer, lineterminator="\n")
            writer.writerows(record if isinstance(record, list) else [record] for record in records)
            return buffer.getvalue().encode("utf-8")
        end = "\n" if kind == "jsonlines" or self._split else ""
        return "".join(json.dumps(record, ensure_ascii=False) + end for record in records).encode("utf-8")
