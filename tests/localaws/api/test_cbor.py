"""Reading CBOR."""

from __future__ import annotations

from localaws.api import cbor


def test_examples_of_the_standard() -> None:
    """Examples of RFC 8949, appendix A."""
    for text, value in {
        "1903e8": 1000,
        "3903e7": -1000,
        "f93e00": 1.5,
        "fa47c35000": 100000.0,
        "c11a514b67b0": 1363896240,
        "9f018202039f0405ffff": [1, [2, 3], [4, 5]],
        "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]},
        "7f657374726561646d696e67ff": "streaming",
        "5f42010243030405ff": b"\x01\x02\x03\x04\x05",
        "83f4f5f6": [False, True, None],
    }.items():
        assert cbor.loads(bytes.fromhex(text)) == value
