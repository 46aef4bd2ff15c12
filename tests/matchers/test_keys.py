"""Keys: made once, kept from others, never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from matchers.errors import PackKeyError
from matchers.keys import PackKey, create_key, load_key


def test_a_created_key_is_private_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "pack.key"
    made = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).subkey("shingles") == made.subkey("shingles")
    assert create_key(tmp_path / "other.key").master != made.master


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "pack.key"
    create_key(path)
    before = path.read_bytes()
    with pytest.raises(PackKeyError, match="exists already"):
        create_key(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [bytes(range(32)), bytes(range(32)).hex().encode(), b" " + b"AB" * 32 + b"\r\n"])
def test_raw_and_hexadecimal_keys_load(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pack.key"
    path.touch(0o600)
    path.write_bytes(content)
    assert len(load_key(path).master) == 32


@pytest.mark.parametrize("content", [b"", b"secret", bytes(31), b"zz" * 32, b"ab" * 33, b"x" * 5000])
def test_what_is_no_key_is_said_to_be_none_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pack.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(PackKeyError, match="is not a key") as caught:
        load_key(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "pack.key"
    create_key(path)
    path.chmod(mode)
    with pytest.raises(PackKeyError, match="chmod 600"):
        load_key(path)


def test_a_missing_key_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackKeyError, match="no such key file"):
        load_key(tmp_path / "pack.key")
    with pytest.raises(PackKeyError, match="can not be written"):
        create_key(tmp_path / "nowhere" / "pack.key")


def test_subkeys_differ_and_nothing_shows_the_key() -> None:
    key = PackKey(b"0123456789abcdef0123456789abcdef")
    assert len({key.subkey(purpose) for purpose in ("shingles", "tokens", "letters", "check", "pack-id")}) == 5
    assert "0123" not in repr(key)
