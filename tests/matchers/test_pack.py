"""Opening packs: what is wrong is said in a sentence, never in a traceback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import House
from matchers import pack_head
from matchers.errors import (
    NotAPackError,
    PackDamagedError,
    PackError,
    PackKeyError,
    PackMissingError,
    PackVersionError,
)
from matchers.keys import PackKey
from matchers.normaliser import normalise
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_format import ARRAYS, MANIFEST
from tests.matchers.conftest import letters_of


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "pack"
    letters = [Letter(f"L{number}", text) for number, text in enumerate(letters_of([House.IVF], 5))]
    build_pack(letters, folder, PackKey(bytes(range(32))))
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "pack"))


def change(pack: Path, edit: Callable[[dict[str, object]], object]) -> None:
    content = json.loads((pack / MANIFEST).read_text())
    edit(content)
    (pack / MANIFEST).write_text(json.dumps(content))


def array_file(pack: Path, name: str) -> Path:
    return next(pack.glob(f"arrays-*/{name}.bin"))


def test_what_a_pack_says_of_itself(built: Path, key: PackKey) -> None:
    pack = open_pack(built, key)
    assert pack.letters == 5
    assert [pack.letter(number).letter_id for number in range(5)] == ["L0", "L1", "L2", "L3", "L4"]
    assert (pack.format_version, pack.normaliser_version) == (3, 1)
    assert pack.shingles > 0 < pack.template_shingles
    assert pack.bytes_per_letter > 0
    pack.verify()


def test_a_letter_comes_back_as_shapes_and_places_only(built: Path, key: PackKey) -> None:
    pack = open_pack(built, key)
    text = letters_of([House.IVF], 5)[3]
    folded = normalise(text)
    letter = pack.letter(3)
    assert letter.sizes.symbols == len(folded)
    assert letter.places().tolist() == folded.offsets.tolist()
    tokens = pack.tokens_of(folded)
    assert letter.shapes().lengths.tolist() == np.diff(tokens.starts).tolist()
    assert letter.shapes().numeric.tolist() == tokens.numeric.tolist()
    assert (letter.tokens() == letter.salted(tokens.hashes)).all()
    assert (letter.tokens() != pack.letter(2).salted(tokens.hashes)).mean() > 0.99


def test_postings_give_every_place_of_kept_shingles(built: Path, key: PackKey) -> None:
    pack = open_pack(built, key)
    hashes = pack.shingles_of(normalise(letters_of([House.IVF], 5)[2]))
    found = pack.look_up(hashes).postings
    own = found.letter == 2
    assert (found.document[own] == found.position[own]).mean() > 0.95
    assert found.unique[found.letter != 2].sum() == 0
    assert not pack.look_up(hashes).template[found.document].any()


def test_nothing_there(tmp_path: Path, key: PackKey) -> None:
    with pytest.raises(PackMissingError, match="no such pack; `stray pack build` makes one"):
        open_pack(tmp_path / "pack", key)


def test_something_else_there(tmp_path: Path, key: PackKey) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / MANIFEST).write_text("[]")
    for place in (tmp_path / "file", tmp_path):
        with pytest.raises(NotAPackError):
            open_pack(place, key)


def test_another_key(built: Path) -> None:
    with pytest.raises(PackKeyError, match="built with another key"):
        open_pack(built, PackKey(bytes(32)))


@pytest.mark.parametrize(("what", "ours"), [("format_version", "3 and 4"), ("normaliser_version", 1)])
def test_another_version(copy: Path, key: PackKey, what: str, ours: object) -> None:
    change(copy, lambda content: content.update({what: 99}))
    with pytest.raises(PackVersionError, match=f"99, this program reads {ours}; build the pack again"):
        open_pack(copy, key)


@pytest.mark.parametrize("name", sorted(set(ARRAYS) - {"anchors"}))
def test_a_file_that_is_missing_cut_or_changed(copy: Path, key: PackKey, name: str) -> None:
    path = array_file(copy, name)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(PackDamagedError, match="should have"):
        open_pack(copy, key)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(PackDamagedError, match="content has changed"):
        open_pack(copy, key)
    path.unlink()
    with pytest.raises(PackDamagedError, match="is missing"):
        open_pack(copy, key)


def test_a_large_pack_is_digested_only_when_asked(copy: Path, key: PackKey, monkeypatch: pytest.MonkeyPatch) -> None:
    path = array_file(copy, "token_hashes")
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    monkeypatch.setattr(pack_head, "VERIFIED_AT_OPENING", 0)
    pack = open_pack(copy, key)
    with pytest.raises(PackDamagedError, match="content has changed"):
        pack.verify()


@pytest.mark.parametrize("content", ["", "{", '{"format": "stray fingerprint pack"', "\x00\xff"])
def test_a_damaged_manifest(copy: Path, key: PackKey, content: str) -> None:
    (copy / MANIFEST).write_text(content, encoding="latin-1")
    with pytest.raises(PackDamagedError, match="damaged"):
        open_pack(copy, key)


@pytest.mark.parametrize(
    "field", ["counts", "files", "parameters", "key_check", "sealed_figures", "generation", "keyring", "history"]
)
def test_a_manifest_that_lacks_something(copy: Path, key: PackKey, field: str) -> None:
    change(copy, lambda content: content.pop(field))
    with pytest.raises(PackDamagedError, match="damaged"):
        open_pack(copy, key)


@pytest.mark.parametrize("text", ["", "00", "zz" * 8])
def test_a_manifest_with_a_figure_that_is_none(copy: Path, key: PackKey, text: str) -> None:
    change(copy, lambda content: content.update({"sealed_figures": text}))
    with pytest.raises(PackDamagedError, match="damaged"):
        open_pack(copy, key)


def test_errors_have_one_root() -> None:
    kinds = (NotAPackError, PackDamagedError, PackKeyError, PackMissingError, PackVersionError)
    assert all(issubclass(kind, PackError) for kind in kinds)
