"""The benchmark of what texts speak of, and floors below which a change of the words may not fall."""

from __future__ import annotations

import pytest

from benchmarks.sensitivity import SETS, by_category, held_out
from matchers.sensitivity import Category, categories_in


@pytest.mark.parametrize("name", SETS)
def test_of_what_passages_speak_nine_in_ten_are_told_and_one_in_ten_falsely_at_most(name: str) -> None:
    *_, (_, of, told, falsely, _, _) = by_category(held_out(name))
    assert int(told) >= 0.9 * int(of)
    assert int(falsely) <= 0.1 * int(of)


def test_passages_that_speak_of_nothing_tell_nothing() -> None:
    silent = [passage.text for name in SETS for passage in held_out(name) if not passage.of]
    assert len(silent) >= 45
    assert [text for text in silent if categories_in([text])] == []


def test_every_category_has_passages() -> None:
    assert {category for name in SETS for passage in held_out(name) for category in passage.of} == set(Category)
