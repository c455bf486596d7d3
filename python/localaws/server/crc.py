"""CRC-32C and CRC-64/NVME, which AWS's command line sends and the standard library does not have.

A body is cut into rows of the same length, whose remainders numpy calculates side by side.  A remainder is linear in
the bits of its text: that of two texts in a row is the first one's, carried on over as many zeros as the second is
long, plus (exclusive or) the second one's.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

__all__ = ["ALGORITHMS", "Crc"]

_ROW_BYTES = 4096
_ROWS = 4096


class Crc:
    """A reflected CRC of `bits` that begins with ones and ends inverted, as both of AWS's do."""

    def __init__(self, bits: int, polynomial: int) -> None:
        self._bits, self._polynomial = bits, polynomial

    def digest(self, data: bytes) -> bytes:
        """The checksum, big-endian as AWS writes it."""
        ones = (1 << self._bits) - 1
        value = ones
        whole = len(data) // _ROW_BYTES
        for first in range(0, whole, _ROWS):
            number = min(_ROWS, whole - first)
            rows = np.frombuffer(data, np.uint8, number * _ROW_BYTES, first * _ROW_BYTES).reshape(number, _ROW_BYTES)
            for remainder in self._remainders(np.ascontiguousarray(rows.T)):
                value = self._carried(value) ^ remainder
        table = self._table.tolist()
        for byte in data[whole * _ROW_BYTES :]:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        return (value ^ ones).to_bytes(self._bits // 8, "big")

    def _remainders(self, columns: np.ndarray) -> list[int]:
        """The remainder of each row."""
        values = np.zeros(columns.shape[1], np.uint64)
        for column in columns:
            values = self._table[(values ^ column) & np.uint64(0xFF)] ^ (values >> np.uint64(8))
        return [int(value) for value in values]

    def _carried(self, value: int) -> int:
        """`value` after a row of zeros."""
        found = 0
        for table in self._carry:
            found ^= table[value & 0xFF]
            value >>= 8
        return found

    @cached_property
    def _table(self) -> np.ndarray:
        values = []
        for value in range(256):
            for _ in range(8):
                value = (value >> 1) ^ (self._polynomial if value & 1 else 0)
            values.append(value)
        return np.array(values, np.uint64)

    @cached_property
    def _carry(self) -> list[list[int]]:
        """For each byte of a remainder and each of its values, what becomes of it after a row of zeros."""
        bits = np.array([1 << bit for bit in range(self._bits)], np.uint64)
        for _ in range(_ROW_BYTES):
            bits = self._table[bits & np.uint64(0xFF)] ^ (bits >> np.uint64(8))
        tables = []
        for first in range(0, self._bits, 8):
            table = [0]
            for bit in bits[first : first + 8]:
                table += [value ^ int(bit) for value in table]
            tables.append(table)
        return tables


ALGORITHMS = {"crc32c": Crc(32, 0x82F63B78), "crc64nvme": Crc(64, 0x9A6C9329AC4BC9B5)}
