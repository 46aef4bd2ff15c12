"""A pack held against itself finds what its digests do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from demo_range.letters import House
from matchers.errors import PackDamagedError
from matchers.keys import PackKey
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_format import MANIFEST, digest_file
from matchers.seals import SALT_BYTES
from matchers.verifying import verify_pack
from tests.matchers.conftest import letters_of

KEY = PackKey(bytes(range(32)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = letters_of([House.IVF], 5)
    letters = [Letter(f"L{n}", text, {"surname": "Example", "forename": "Ada"}) for n, text in enumerate(texts)]
    build_pack([*letters, Letter("empty", ""), Letter("short", "ab")], tmp_path / "pack", KEY)
    return tmp_path / "pack"


def damage(folder: Path, name: str, change: Callable[[bytearray], None]) -> None:
    """Change a file and its digest, as who can write to the pack could."""
    path = next(folder.glob(f"arrays-*/{name}.bin"))
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name]["digest"] = digest_file(path)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_a_sound_pack(folder: Path) -> None:
    verified = verify_pack(open_pack(folder, KEY), folder)
    assert verified.letters == 7
    assert verified.rows == open_pack(folder, KEY).shingles


def salt(content: bytearray) -> None:
    content[SALT_BYTES : 2 * SALT_BYTES] = bytes(SALT_BYTES)


def flipped(content: bytearray) -> None:
    content[len(content) // 2] ^= 0xFF


def kind(content: bytearray) -> None:
    content[0] ^= 0xFF


def top(content: bytearray) -> None:
    content[7::8] = bytes(value ^ 0x55 for value in content[7::8])


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("salts", salt, "letter 1 of 7 can not be opened"),
        ("place_bits", flipped, "can not be opened"),
        ("letter_sizes", flipped, "can not be opened"),
        ("anchors", kind, r"can not be opened|do not agree"),
        ("table_values", top, r"names a place|do not agree"),
    ],
)
def test_damage_that_no_digest_shows(folder: Path, name: str, change: Callable[[bytearray], None], said: str) -> None:
    damage(folder, name, change)
    with pytest.raises(PackDamagedError, match=said):
        verify_pack(open_pack(folder, KEY), folder)


@pytest.mark.parametrize("count", ["tokens", "shingles", "template_shingles"])
def test_counts_that_do_not_agree(folder: Path, count: str) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["counts"][count] += 1
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(PackDamagedError, match="do not agree"):
        verify_pack(open_pack(folder, KEY), folder)
