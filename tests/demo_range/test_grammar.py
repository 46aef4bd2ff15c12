"""The phrase grammar and the rules written in it."""

from __future__ import annotations

import random

import pytest

from demo_range.grammar import Rules, Writer, bounds, defined_names, read_rules
from demo_range.letters import _DRAWN, House


def writer(rules: Rules, seed: int = 1, **words: str) -> Writer:
    generator = random.Random(seed)  # noqa: S311 - a test
    return Writer(rules, generator, words, {"day": lambda arguments: f"<{arguments}>"})


def test_fields_rules_numbers_and_choices_are_filled_in() -> None:
    rules: Rules = {"colour": ("red",), "thing": ("a [colour] hat",)}
    text = writer(rules, name="Ann").write("{name} has [thing], [2..2] of [1.5..1.5], [x|x] on [day -3..-1].")
    assert text == "Ann has a red hat, 2 of 1.5, x on <-3..-1>."


def test_sentences_begin_with_capitals_and_articles_fit() -> None:
    assert writer({}).write("Good. she is a/an actor. he is a/an baker.") == "Good. She is an actor. He is a baker."


def test_doubled_angles_become_square_brackets() -> None:
    assert writer({}).write("<<inaudible>>") == "[inaudible]"


def test_alternatives_are_not_repeated_while_others_are_left() -> None:
    rules: Rules = {"fruit": ("apple", "pear", "plum")}
    assert sorted(writer(rules).write("[3*fruit]").split()) == ["apple", "pear", "plum"]
    assert sorted(writer(rules).write("[fruit] [2*fruit]").split()) == ["apple", "pear", "plum"]


def test_the_same_seed_gives_the_same_text() -> None:
    rules: Rules = {"n": tuple("abcdefgh")}
    assert writer(rules, 4).write("[5*n] [0..999]") == writer(rules, 4).write("[5*n] [0..999]")
    assert writer(rules, 4).write("[5*n] [0..999]") != writer(rules, 5).write("[5*n] [0..999]")


def test_what_nothing_defines_is_an_error() -> None:
    with pytest.raises(KeyError):
        writer({}).write("[missing]")
    with pytest.raises(KeyError):
        writer({}).write("{missing}")


def test_bounds() -> None:
    assert bounds("-30..-4") == (-30, -4)


@pytest.mark.parametrize("house", House)
def test_every_rule_that_a_house_calls_for_exists(house: House) -> None:
    rules = read_rules("everyday", house.value)
    assert {"header", "running", "footer", "layout"} <= rules.keys()
    assert set(defined_names(rules)) <= rules.keys() | set(_DRAWN)
    assert all(rules.values()), "a rule has no alternatives"
