"""RecordIO-protobuf: tensors in, labels out.

Frames: magic number, length (both 32 bits, little endian), data padded to 4 bytes. Messages, in protobuf's terms::

    Record { map<string, Value> features = 1; map<string, Value> label = 2; }
    Value { oneof { Float32Tensor = 2; Float64Tensor = 3; Int32Tensor = 7; } }
    …Tensor { repeated … values = 1 [packed]; repeated uint64 keys = 2 [packed]; repeated uint64 shape = 3 [packed]; }

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["read_records", "write_records"]

_MAGIC = 0xCED7230A
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT32, _FLOAT64, _INT32 = 2, 3, 7


def read_records(body: bytes) -> Any:
    """The features of all records: float array (rows, columns), or a scipy matrix where they are sparse.

    Raises ValueError for what is no RecordIO-protobuf.
    """
    rows = [_features(record) for record in _frames(body)]
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    if all(keys is None for _, keys, _ in rows):
        return np.vstack([values for values, _, _ in rows])
    from scipy.sparse import csr_matrix, vstack

    width = max(_width(values, keys, shape) for values, keys, shape in rows)
    made = []
    for values, keys, _ in rows:
        columns = np.arange(len(values)) if keys is None else keys
        made.append(csr_matrix((values, (np.zeros(len(values), dtype=int), columns)), shape=(1, width)))
    return vstack(made).tocsr()


def _width(values: Any, keys: Any, shape: list[int]) -> int:
    if shape:
        return shape[0]
    return int(keys.max()) + 1 if keys is not None and len(keys) else len(values)


def write_records(rows: Sequence[Mapping[str, Sequence[float]]]) -> bytes:
    """A record for each row, with its values as float32 labels."""
    parts = []
    for row in rows:
        record = b"".join(
            _field(2, _field(1, name.encode()) + _field(2, _tensor(values))) for name, values in row.items()
        )
        parts.append(struct.pack("<II", _MAGIC, len(record)) + record + b"\0" * (-len(record) % 4))
    return b"".join(parts)


def _tensor(values: Sequence[float]) -> bytes:
    return _field(_FLOAT32, _field(1, struct.pack(f"<{len(values)}f", *values)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def _frames(body: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 8 <= len(body):
        magic, length = struct.unpack_from("<II", body, offset)
        if magic != _MAGIC:
            raise ValueError(f"Invalid RecordIO magic at offset {offset}")
        offset += 8
        if offset + length > len(body):
            raise ValueError(f"Truncated record at offset {offset}")
        yield body[offset : offset + length]
        offset += length + -length % 4


def _features(record: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None, list[int]]:
    """Values, indices (None where dense) and shape of a record's feature "values"."""
    for number, entry in _fields(record):
        parts = dict(_fields(entry)) if number == 1 else {}
        if parts.get(1) != b"values":
            continue
        for kind, tensor in _fields(parts[2]):
            if kind in (_FLOAT32, _FLOAT64, _INT32):
                return _read_tensor(kind, tensor)
    raise ValueError('a record has no feature "values"')


def _read_tensor(kind: int, tensor: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None, list[int]]:
    packed = {1: b"", 2: b"", 3: b""}
    for number, content in _fields(tensor):
        packed[number] = packed.get(number, b"") + content
    if kind == _INT32:
        values = np.array(_varints(packed[1]), dtype=np.uint64).astype(np.int64).astype(np.float32)
    else:
        values = np.frombuffer(packed[1], dtype="<f4" if kind == _FLOAT32 else "<f8")
    keys = np.array(_varints(packed[2]), dtype=np.int64) if packed[2] else None
    return values, keys, _varints(packed[3])


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each field; single values come as they would in a packed field."""
    offset = 0
    while offset < len(message):
        tag, offset = _read_varint(message, offset)
        kind = tag & 7
        if kind == _BYTES:
            length, offset = _read_varint(message, offset)
            end = offset + length
        elif kind == _VARINT:
            _, end = _read_varint(message, offset)
        elif kind in (_FIXED32, _FIXED64):
            end = offset + (4 if kind == _FIXED32 else 8)
        else:
            raise ValueError(f"not a protobuf message: wire type {kind}")
        if end > len(message):
            raise ValueError("a protobuf message is truncated")
        yield tag >> 3, message[offset:end]
        offset = end


def _varints(content: bytes) -> list[int]:
    made, offset = [], 0
    while offset < len(content):
        value, offset = _read_varint(content, offset)
        made.append(value)
    return made


def _read_varint(content: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if offset >= len(content) or shift > 63:
            raise ValueError("a protobuf message is truncated")
        byte = content[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7
