"""The hash is SipHash-2-4, whatever the batch."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.siphash import SipKey, siphash, siphash_along

MASK = (1 << 64) - 1
# From the paper's reference implementation: key 00..0f, message 00..(n-1).
REFERENCE = {8: 0x93F5F5799A932462, 16: 0x3F2ACC7F57C29BDB, 32: 0x7127512F72F27CCE}


def rotated(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & MASK


def plain_siphash(key: bytes, message: bytes) -> int:
    """SipHash-2-4 as the paper writes it, for whole words."""
    k0, k1 = struct.unpack("<2Q", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def turn() -> None:
        v[0] = (v[0] + v[1]) & MASK
        v[1] = rotated(v[1], 13) ^ v[0]
        v[0] = rotated(v[0], 32)
        v[2] = (v[2] + v[3]) & MASK
        v[3] = rotated(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & MASK
        v[3] = rotated(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & MASK
        v[1] = rotated(v[1], 17) ^ v[2]
        v[2] = rotated(v[2], 32)

    for word in (*struct.unpack(f"<{len(message) // 8}Q", message), (len(message) & 0xFF) << 56):
        v[3] ^= word
        turn()
        turn()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        turn()
    return int(v[0] ^ v[1] ^ v[2] ^ v[3])


def test_reference_vectors() -> None:
    key = bytes(range(16))
    for size, expected in REFERENCE.items():
        words = np.frombuffer(bytes(range(size)), dtype="<u8").astype(np.uint64)
        assert int(siphash([words[i : i + 1] for i in range(len(words))], SipKey.from_bytes(key))[0]) == expected
        assert plain_siphash(key, bytes(range(size))) == expected


@given(st.binary(min_size=16, max_size=16), st.lists(st.tuples(*[st.integers(0, MASK)] * 3), min_size=1, max_size=5))
def test_every_message_of_a_batch_is_hashed_alone(key: bytes, rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array(column, dtype=np.uint64) for column in zip(*rows, strict=True)]
    assert siphash(columns, SipKey.from_bytes(key)).tolist() == [
        plain_siphash(key, struct.pack("<3Q", *row)) for row in rows
    ]


def test_a_large_batch_equals_its_parts() -> None:
    words = np.arange(20_000, dtype=np.uint64)
    key = SipKey.from_bytes(bytes(range(16)))
    assert (siphash([words], key)[9_000:9_010] == siphash([words[9_000:9_010]], key)).all()


def test_overlapping_messages() -> None:
    words = np.random.default_rng(1).integers(0, 1 << 64, 700, dtype=np.uint64)
    key = bytes(range(16))
    hashes = siphash_along(words, 4, 3, SipKey.from_bytes(key))
    assert hashes.tolist() == [
        plain_siphash(key, struct.pack("<4Q", *words[at : at + 12 : 3].tolist())) for at in range(700 - 9)
    ]
    assert not len(siphash_along(words[:9], 4, 3, SipKey.from_bytes(key)))
