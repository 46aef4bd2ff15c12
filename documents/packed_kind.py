"""Compressed streams without a mark: .lzma, known by what its header may say, and zlib, by unpacking a little."""

from __future__ import annotations

import zlib

from documents.kinds import MediaType

# Properties that every program writes (lc 3, lp 0, pb 2); dictionaries are a power of two, or one and a half of one.
_LZMA_PROPERTIES = 0x5D
_LEAST_DICTIONARY = 1 << 12
_LZMA_HEADER = 13
_UNKNOWN_SIZE = (1 << 64) - 1
_LARGEST_SIZE = 1 << 40
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# Bytes that are unpacked, and those that must come of them: noise gives some by chance.
_TRIED_BYTES = 4096
_LEAST_BYTES = 32


def packed_kind(data: bytes) -> MediaType | None:
    """Of bytes that are nothing else that is known."""
    if _is_lzma(data):
        return MediaType.LZMA
    return MediaType.ZLIB if data.startswith(_ZLIB_STARTS) and _unpacks(data) else None


def _is_lzma(data: bytes) -> bool:
    """The first byte of its stream is always zero."""
    if len(data) <= _LZMA_HEADER or data[0] != _LZMA_PROPERTIES or data[_LZMA_HEADER]:
        return False
    dictionary, size = int.from_bytes(data[1:5], "little"), int.from_bytes(data[5:13], "little")
    lowest = dictionary & -dictionary
    is_round = dictionary >= _LEAST_DICTIONARY and dictionary in (lowest, 3 * lowest)
    return is_round and (size == _UNKNOWN_SIZE or size < _LARGEST_SIZE)


def _unpacks(data: bytes) -> bool:
    try:
        stream = zlib.decompressobj()
        found = stream.decompress(data[:_TRIED_BYTES], _LEAST_BYTES)
    except zlib.error:
        return False
    return len(found) >= _LEAST_BYTES or stream.eof
