"""A set of digests that takes 8 bytes for each."""

from __future__ import annotations

import random
from array import array

import pytest

import fetching.seen
from fetching.seen import Seen, digest_of


def test_each_digest_is_new_once_whatever_has_been_sorted_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.seen, "FRESH_MOST", 50)
    numbers = random.Random(8)  # noqa: S311 - numbers of a test
    some = [numbers.getrandbits(64) for _ in range(1000)] + [0, 2**64 - 1, 2**63, 2**59]
    seen = Seen()
    known: set[int] = set()
    for _ in range(5000):
        digest = numbers.choice(some)
        assert (digest in seen) is (digest in known)
        assert seen.add(digest) is (digest not in known)
        known.add(digest)
        assert len(seen) == len(known)


def test_what_was_kept_is_known_again() -> None:
    seen = Seen()
    digests = [digest_of(f"http://www.example.org/{number}") for number in range(100)]
    seen.load(array("Q", digests).tobytes())
    assert len(seen) == 100
    assert not any(seen.add(digest) for digest in digests)
    assert seen.add(digest_of("http://www.example.org/100"))


def test_an_address_that_no_charset_holds_has_a_digest() -> None:
    assert digest_of("http://www.example.org/\udcff") != digest_of("http://www.example.org/\udcfe")
