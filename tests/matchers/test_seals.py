"""Without the key a pack shows sizes; without its salt a letter is noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House, letter
from demo_range.letters import Letter as Sample
from matchers.keys import PackKey, create_key
from matchers.normaliser import normalise
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_format import ARRAYS, MANIFEST, STEADY
from matchers.places import pack_places
from matchers.seals import SALT_BYTES, Part, RowSeal, Seal, opened_figures, sealed_figures
from matchers.stored_letter import SIZES_BYTES
from matchers.tokens import token_bounds
from tests.matchers.conftest import pack_files

LETTERS = 40
CANDIDATES = 400
# Right guesses of 40 among 40 that chance makes: one on average, 9 or more once in a million packs.
CHANCE = 8
SHAPE_BITS = 0x4F
SEALED = sorted(set(ARRAYS) - STEADY - {"anchors"})  # these letters have none


def test_every_part_and_every_salt_has_its_own_stream() -> None:
    streams = [Seal(b"k" * 16, salt * 16).stream(part, 64) for salt in (b"a", b"b") for part in Part]
    assert len(set(streams)) == 2 * len(Part)
    assert Seal(b"k" * 16, b"a" * 16).stream(Part.TOKENS, 64) in streams
    assert Seal(b"l" * 16, b"a" * 16).stream(Part.TOKENS, 64) not in streams


def test_what_is_sealed_twice_is_open() -> None:
    seal = Seal(b"k" * 16, b"a" * 16)
    content = np.arange(500, dtype="<u2")
    sealed = seal.applied(Part.TOKENS, content)
    assert seal.applied(Part.TOKENS, sealed).view("<u2").tolist() == content.tolist()
    assert (sealed.view("<u2") != content).mean() > 0.99
    assert len(seal.applied(Part.TOKENS, content[:0])) == 0


def test_a_figure() -> None:
    seal = Seal(b"k" * 16, b"a" * 16)
    assert opened_figures(seal, sealed_figures(seal, (0.375, 20.0))) == (0.375, 20.0)
    assert sealed_figures(seal, (0.0, 0.0)) != sealed_figures(Seal(b"k" * 16, b"b" * 16), (0.0, 0.0))


def test_rows_are_sealed_by_their_number_and_by_the_build() -> None:
    rows, content = np.arange(100), np.zeros(100, dtype=np.uint64)
    one, other = RowSeal(b"k" * 16, "a"), RowSeal(b"k" * 16, "b")
    sealed = one.applied(rows, content)
    assert one.applied(rows[40:50], sealed[40:50]).tolist() == [0] * 10
    assert len({*sealed.tolist(), *other.applied(rows, content).tolist()}) == 200


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [letter(House.OUTPATIENT, number, 7) for number in range(CANDIDATES)]


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory, samples: list[Sample]) -> dict[str, bytes]:
    """The files of a pack whose key is gone."""
    folder = tmp_path_factory.mktemp("stolen")
    build(folder / "pack", create_key(folder / "key"), samples)
    (folder / "key").unlink()
    return {path.stem: path.read_bytes() for path in pack_files(folder / "pack")}


def build(folder: Path, key: PackKey, samples: Sequence[Sample]) -> None:
    build_pack([Letter(f"letter-{n}", one.text) for n, one in enumerate(samples[:LETTERS])], folder, key)


def shape(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """What anybody can work out of a text: the length of each word, and whether it holds a digit."""
    bounds = token_bounds(normalise(text))
    return np.asarray(np.diff(bounds.starts) + 64 * bounds.numeric, dtype=np.uint8)


def guesses(stored: bytes, texts: list[str], signature: str) -> int:
    """Letters of a stored file told right among all, by an attacker who even knows where each begins and ends."""
    signatures = [
        shape(text) if signature == "shapes" else pack_places(normalise(text).offsets) for text in texts[:LETTERS]
    ]
    mask = SHAPE_BITS if signature == "shapes" else 0xFF
    starts = np.cumsum([0, *(len(one) for one in signatures)]).tolist()
    content = np.frombuffer(stored, dtype=np.uint8)
    right = 0
    for number in range(LETTERS):
        own = content[starts[number] : starts[number + 1]] & mask
        agree = []
        for one in signatures:
            size = min(len(own), len(one))
            agree.append(float((own[:size] == one[:size]).mean()))
        right += int(np.argmax(agree)) == number
    return right


def test_whole_letters_can_not_be_confirmed_without_the_key(stolen: dict[str, bytes], samples: list[Sample]) -> None:
    texts = [one.text for one in samples]
    shapes = bytes(value & SHAPE_BITS for value in stolen["token_shapes"])
    for text in texts:
        assert shape(text)[:12].tobytes() not in shapes
        assert pack_places(normalise(text).offsets)[:12].tobytes() not in stolen["place_bits"]
    assert guesses(stolen["token_shapes"], texts, "shapes") <= CHANCE
    assert guesses(stolen["place_bits"], texts, "places") <= CHANCE


def test_the_same_attack_succeeds_with_the_key(tmp_path: Path, key: PackKey, samples: list[Sample]) -> None:
    build(tmp_path / "pack", key, samples)
    pack = open_pack(tmp_path / "pack", key)
    letters = [pack.letter(number) for number in range(LETTERS)]
    shapes = b"".join((one.shapes().lengths + 64 * one.shapes().numeric).astype(np.uint8).tobytes() for one in letters)
    places = b"".join(pack_places(one.places()).tobytes() for one in letters)
    texts = [one.text for one in samples]
    assert guesses(shapes, texts, "shapes") == LETTERS
    left = left_of_roster(shapes, samples)
    assert all(number in patients for number, patients in enumerate(left))
    assert sum(map(len, left)) < LETTERS * CANDIDATES / 10
    assert guesses(places, texts, "places") == LETTERS


def left_of_roster(stored: bytes, samples: list[Sample]) -> list[set[int]]:
    """For each letter the patients whose name, address and numbers can all stand in it, by their words' shapes."""
    roster = [[shape(text).tobytes() for text in one.identifiers if not text.isdigit()] for one in samples]
    starts = np.cumsum([0, *(len(shape(one.text)) for one in samples[:LETTERS])]).tolist()
    letters = [stored[starts[number] : starts[number + 1]] for number in range(LETTERS)]
    return [{n for n, shapes in enumerate(roster) if all(one in own for one in shapes)} for own in letters]


def test_a_roster_of_patients_can_not_be_narrowed_without_the_key(
    stolen: dict[str, bytes], samples: list[Sample]
) -> None:
    left = left_of_roster(bytes(value & SHAPE_BITS for value in stolen["token_shapes"]), samples)
    assert sum(map(len, left)) <= CHANCE


def test_no_letter_shows_its_sizes_or_its_id(stolen: dict[str, bytes], samples: list[Sample]) -> None:
    content = b"".join(stolen[name] for name in (*SEALED, MANIFEST.removesuffix(".json")))
    for number, one in enumerate(samples[:LETTERS]):
        folded = normalise(one.text)
        sizes = (len(folded), len(shape(one.text)), len(pack_places(folded.offsets)))
        for width in (np.dtype("<u4"), np.dtype("<u8")):
            assert not [size for size in sizes if np.array(size, dtype=width).tobytes() in stolen["letter_sizes"]]
        assert f"letter-{number}".encode() not in content


@pytest.mark.parametrize("name", SEALED)
def test_sealed_files_look_random(stolen: dict[str, bytes], name: str) -> None:
    content = np.frombuffer(stolen[name], dtype=np.uint8)
    expected = len(content) / 256
    unevenness = float(((np.bincount(content, minlength=256) - expected) ** 2 / expected).sum())
    assert unevenness < 400  # 255 on average, 22.6 standard deviation


def test_repeated_words_do_not_show(stolen: dict[str, bytes], samples: list[Sample]) -> None:
    first = samples[0].text
    words = np.frombuffer(stolen["token_hashes"], dtype="<u2")[: len(shape(first))]
    assert len(words) - len(set(words.tolist())) < 12  # 2 by chance; the letter repeats a hundred
    assert len(first.split()) - len(set(first.split())) > 100


def test_two_builds_share_no_sealed_bytes(tmp_path: Path, key: PackKey, samples: list[Sample]) -> None:
    for name in ("one", "two"):
        build(tmp_path / name, key, samples)
    one, two = ({path.stem: path.read_bytes() for path in pack_files(tmp_path / name)} for name in ("one", "two"))
    for name in SEALED:
        same = np.frombuffer(one[name], dtype=np.uint8) == np.frombuffer(two[name], dtype=np.uint8)
        assert same.mean() < 0.03  # one byte of 256 by chance


def test_a_letter_is_gone_with_its_salt(tmp_path: Path, key: PackKey, samples: list[Sample]) -> None:
    build(tmp_path / "pack", key, samples)
    pack = open_pack(tmp_path / "pack", key)
    sizes = [pack.letter(number).sizes for number in range(3)]
    arrays = next((tmp_path / "pack").glob("arrays-*"))
    raw = bytearray((arrays / "salts.bin").read_bytes())
    raw[SALT_BYTES : 2 * SALT_BYTES] = bytes(SALT_BYTES)
    left = Seal(key.subkey("letters"), bytes(raw[SALT_BYTES : 2 * SALT_BYTES]))
    for name, part, start, size in (
        ("letter_sizes", Part.SIZES, SIZES_BYTES, SIZES_BYTES),
        ("token_shapes", Part.SHAPES, sizes[1].token_start, sizes[1].tokens),
        ("place_bits", Part.PLACES, sizes[1].place_start, sizes[1].place_bytes),
    ):
        stored = np.fromfile(arrays / f"{name}.bin", dtype=np.uint8)[start : start + size]
        whole = Seal(key.subkey("letters"), salt_of(arrays, 1)).applied(part, stored)
        assert (left.applied(part, stored) != whole).mean() > 0.9
    assert sizes[2].token_start == sizes[1].token_start + sizes[1].tokens


def salt_of(arrays: Path, number: int) -> bytes:
    return (arrays / "salts.bin").read_bytes()[number * SALT_BYTES : (number + 1) * SALT_BYTES]
