"""The keys of a pack through rotations."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.errors import PackKeyError
from matchers.keyring import Keyring
from matchers.keys import PackKey
from matchers.shingle_table import STORED_SHIFT

OLD, NEW, THIRD = PackKey(b"o" * 32), PackKey(b"n" * 32), PackKey(b"t" * 32)
HASHES = np.arange(1, 100, dtype=np.uint64) << np.uint64(STORED_SHIFT)


def test_a_key_that_was_never_rotated_leaves_nothing_to_store() -> None:
    ring = Keyring.of(OLD)
    assert ring.sealed() == ""
    assert Keyring.opened(OLD, "") == ring
    assert (ring.layered(HASHES) == HASHES).all()


def test_a_keyring_comes_back_under_its_key_and_shows_nothing_of_the_root() -> None:
    ring = Keyring.of(OLD).rotated(NEW).rotated(THIRD)
    sealed = ring.sealed()
    assert Keyring.opened(THIRD, sealed) == ring
    assert OLD.master.hex() not in sealed
    assert ring.sealed() != sealed, "every sealing has its own salt"


def test_another_key_and_a_changed_text_are_told() -> None:
    sealed = Keyring.of(OLD).rotated(NEW).sealed()
    changed = ("1" if sealed[40] == "0" else "0").join((sealed[:40], sealed[41:]))
    for key, text in ((OLD, sealed), (NEW, changed), (NEW, "zz"), (NEW, "00")):
        with pytest.raises(ValueError, match=r"keyring|hexadecimal"):
            Keyring.opened(key, text)


def test_a_rotation_gives_other_hashes_that_the_old_key_can_not_make() -> None:
    once, twice = Keyring.of(OLD).rotated(NEW), Keyring.of(OLD).rotated(NEW).rotated(THIRD)
    assert not (once.layered(HASHES) == HASHES).any()
    assert (once.layered(HASHES) == Keyring.of(OLD).rotated(NEW).layered(HASHES)).all(), "packs of one key stay alike"
    assert (twice.layered(once.layered(HASHES), first=1) == twice.layered(HASHES)).all()
    assert once.hashes_like(Keyring.of(OLD).rotated(NEW))
    assert not once.hashes_like(Keyring.of(NEW))


def test_the_same_key_is_no_new_key() -> None:
    with pytest.raises(PackKeyError, match="the new key is the key"):
        Keyring.of(OLD).rotated(OLD)
