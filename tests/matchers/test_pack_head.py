from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from matchers.errors import PackDamagedError, PackKeyError, PackMissingError
from matchers.keys import PackKey, create_key
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_head import read_head


@pytest.fixture
def pack(tmp_path: Path) -> tuple[Path, PackKey]:
    key = create_key(tmp_path / "pack.key")
    words = [f"word{number}of{place}" for number in range(3) for place in range(60)]
    texts = (" ".join(words[number * 60 : number * 60 + 60]) for number in range(3))
    build_pack((Letter(f"L-{number}", text) for number, text in enumerate(texts)), tmp_path / "pack", key)
    return tmp_path / "pack", key


def test_the_head_is_what_an_opened_pack_says_of_itself(pack: tuple[Path, PackKey]) -> None:
    head = read_head(*pack)
    assert head == open_pack(*pack).manifest
    assert head.counts.letters == 3


def test_what_is_wrong_is_told_as_for_an_opened_pack(pack: tuple[Path, PackKey], tmp_path: Path) -> None:
    folder, key = pack
    with pytest.raises(PackMissingError):
        read_head(tmp_path / "none", key)
    with pytest.raises(PackKeyError):
        read_head(folder, create_key(tmp_path / "other.key"))
    array = next(folder.glob("arrays-*/salts.bin"))
    array.write_bytes(bytes(len(array.read_bytes())))
    with pytest.raises(PackDamagedError):
        read_head(folder, key)


def test_compiled_loops_are_not_loaded_for_it() -> None:
    code = "import sys, matchers.pack_head; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
