"""How an object's bytes become requests."""

from __future__ import annotations

import io

import pytest

from localaws.services.sagemaker.transform.records import Batch, TooLarge, batches, split_lines


def cut(text: bytes, *, single: bool = False, split: bool = True, limit: int = 10) -> list[Batch]:
    return list(batches(io.BytesIO(text).read, split=split, single=single, limit=limit))


def test_as_many_lines_as_fit() -> None:
    assert cut(b"aaa\nbbb\ncc\ndd") == [Batch(b"aaa\nbbb\n", 1, 2), Batch(b"cc\ndd", 3, 2)]


def test_a_payload_may_be_exactly_full() -> None:
    assert cut(b"aaaa\nbbbb\ncc\n") == [Batch(b"aaaa\nbbbb\n", 1, 2), Batch(b"cc\n", 3, 1)]


def test_one_line_a_request() -> None:
    assert cut(b"a\n\nb", single=True) == [Batch(b"a\n", 1, 1), Batch(b"\n", 2, 1), Batch(b"b", 3, 1)]


def test_quoted_line_breaks_end_records_too() -> None:
    assert [batch.body for batch in cut(b'"a\nb"\n', single=True)] == [b'"a\n', b'b"\n']


@pytest.mark.parametrize("single", [True, False])
def test_a_record_that_does_not_fit(single: bool) -> None:
    with pytest.raises(TooLarge) as caught:
        cut(b"aaa\n" + b"b" * 11 + b"\n", single=single)
    assert (caught.value.line, caught.value.limit) == (2, 10)


def test_an_object_that_is_not_split() -> None:
    assert cut(b"a\nb\n", split=False) == [Batch(b"a\nb\n", None, 1)]
    with pytest.raises(TooLarge) as caught:
        cut(b"a" * 11, split=False)
    assert caught.value.line is None


def test_without_a_limit_all_goes_at_once() -> None:
    assert cut(b"aaaaaaaa\n" * 9, limit=0) == [Batch(b"aaaaaaaa\n" * 9, 1, 9)]


def test_an_empty_object_has_no_records() -> None:
    assert cut(b"") == cut(b"", single=True) == cut(b"", limit=0) == []


def test_lines_of_both_kinds() -> None:
    assert split_lines(b"a\r\nb\n\nc\x0bd") == [b"a", b"b", b"", b"c\x0bd"]
    assert split_lines(b"") == []


def test_a_long_object_is_read_as_it_is_sent() -> None:
    class Source:
        given = 0

        def read(self, size: int) -> bytes:
            if self.given >= 64 * 1024**2:
                return b""
            self.given += size
            return b"0.123456\n" * (size // 9) + b"\n" * (size % 9)

    source = Source()
    total = 0
    for batch in batches(source.read, split=True, single=False, limit=1024**2):
        total += len(batch.body)
        assert source.given - total <= 2 * 1024**2
    assert total == 64 * 1024**2
