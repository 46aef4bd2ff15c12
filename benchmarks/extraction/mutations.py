"""Files damaged on purpose, the same for the same seed: bits, runs, ends, parts, lengths; members of archives too."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence

# Bits and runs that one damage touches; a burst on a disk is 512 bytes.
_MOST_BITS = 64
_LONGEST_RUN = 512
# What a length field says when it lies.
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_LENGTH_SIZES = (1, 2, 4, 8)
_EXTREME_TEXTS = (b"-1", b"0", b"4294967295", b"99999999999999999999", b"NaN")
# Share of the mutated archives whose members are mutated and packed again, so that the damage gets behind checksums.
_INSIDE_SHARE = 0.6
# Packing them again is for small files: a bomb is not unpacked here.
_LARGEST_PACKED = 4 << 20

Mutation = Callable[[bytes, bytes, random.Random], bytes]


def flipped(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """A few bits, anywhere."""
    made = bytearray(data)
    for _ in range(generator.randint(1, _MOST_BITS)):
        place = generator.randrange(len(made))
        made[place] ^= 1 << generator.randrange(8)
    return bytes(made)


def blanked(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """A run of zeros, of ones, or of anything."""
    start, end = _run(data, generator)
    filling = generator.choice((b"\0", b"\xff", generator.randbytes(1)))
    if generator.random() < 1 / 3:
        return data[:start] + generator.randbytes(end - start) + data[end:]
    return data[:start] + filling * (end - start) + data[end:]


def cut(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """The end is missing: anything from a byte to nearly all of it."""
    return data[: generator.randrange(len(data))]


def beheaded(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """The beginning is missing."""
    return data[generator.randrange(len(data)) :]


def left_out(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """A run is missing, so that all behind it stands at another place."""
    start, end = _run(data, generator)
    return data[:start] + data[end:]


def swapped(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """Two neighbouring parts change places."""
    first, second, third = sorted(generator.randrange(len(data) + 1) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def doubled(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """A part stands there twice."""
    first, second = sorted(generator.randrange(len(data) + 1) for _ in range(2))
    return data[:second] + data[first:]


def spliced(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """It begins as one file and goes on as another."""
    return data[: generator.randrange(len(data) + 1)] + other[generator.randrange(len(other) + 1) :]


def overwritten(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """A run of another file in the middle."""
    start, end = _run(data, generator)
    begin, stop = _run(other, generator)
    return data[:start] + other[begin:stop] + data[end:]


def mislaid(data: bytes, other: bytes, generator: random.Random) -> bytes:
    """Up to eight length fields at an extreme, in either byte order; in a text, numbers."""
    made = bytearray(data)
    for _ in range(generator.randint(1, 8)):
        size = generator.choice(_LENGTH_SIZES)
        value = generator.choice(_EXTREMES) & ((1 << 8 * size) - 1)
        place = generator.randrange(len(made)) // size * size
        made[place : place + size] = value.to_bytes(size, generator.choice(("little", "big")))
    if generator.random() < 1 / 4:
        place = generator.randrange(len(made))
        made[place:place] = generator.choice(_EXTREME_TEXTS)
    return bytes(made)


MUTATIONS: Mapping[str, Mutation] = {
    made.__name__: made
    for made in (
        flipped, blanked, cut, beheaded, left_out, swapped, doubled, spliced, overwritten, mislaid,
    )
}  # fmt: skip


def _run(data: bytes, generator: random.Random) -> tuple[int, int]:
    start = generator.randrange(len(data))
    return start, min(len(data), start + generator.randint(1, _LONGEST_RUN))


def mutated(name: str, samples: Mapping[str, bytes], seed: int) -> bytes:
    """Sample `name`, damaged in one to three ways; parts of other samples may stand in it."""
    generator = random.Random(f"{seed}/{name}")  # noqa: S311 - a run must repeat; nothing here is secret
    data = samples[name]
    for _ in range(generator.randint(1, 3)):
        other = samples[generator.choice(sorted(samples))]
        if data:
            data = _once(data, other or b"\0", generator)
    return data


def _once(data: bytes, other: bytes, generator: random.Random) -> bytes:
    mutation = MUTATIONS[generator.choice(sorted(MUTATIONS))]
    inside = data.startswith(b"PK\x03\x04") and len(data) < _LARGEST_PACKED
    if inside and generator.random() < _INSIDE_SHARE and (packed := _inside(data, mutation, other, generator)):
        return packed
    return mutation(data, other, generator)


def _inside(data: bytes, mutation: Mutation, other: bytes, generator: random.Random) -> bytes:
    """The archive with one member damaged; nothing where it can not be unpacked any more."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            members: Sequence[zipfile.ZipInfo] = [one for one in old.infolist() if one.file_size]
            chosen = generator.choice(members).filename
            for one in members:
                content = old.read(one)
                name = zipfile.ZipInfo(one.filename)
                new.writestr(name, mutation(content, other, generator) if one.filename == chosen else content)
    except Exception:  # noqa: BLE001 - damaged already, in any of the ways that zipfile complains of
        return b""
    return out.getvalue()
