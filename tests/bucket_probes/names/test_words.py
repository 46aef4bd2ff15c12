"""The packed lists: each word can stand in a name, each form names classes that there are."""

from __future__ import annotations

import re

import pytest

from bucket_probes.names.forms import pieces_of
from bucket_probes.names.words import packed_words

_MADE = {"keyword", "other", "year", "account", "domain"}


def test_every_word_may_stand_in_a_name() -> None:
    words = packed_words()
    every = [word for weighted in words.classes.values() for word in weighted]
    every += [word for language in words.languages.values() for word in language.words]
    assert [word for word in every if not re.fullmatch(r"\$?[a-z0-9]+(?:-[a-z0-9]+)*", word)] == []


def test_every_form_is_of_known_classes() -> None:
    words = packed_words()
    slots = {slot for forms in words.forms.values() for form in forms for _, slot, _ in pieces_of(form.text)}
    assert slots - _MADE <= set(words.classes)


def test_every_separator_says_what_stands_within_a_part() -> None:
    words = packed_words()
    assert {sign for signs in words.separators.values() for sign in signs} <= set(words.inner_separators)


@pytest.mark.parametrize("word", ["letters", "clinic-letters", "outpatient", "discharge", "referrals", "dictation",
                                  "transcripts", "typing", "correspondence", "docman", "scans", "results"])  # fmt: skip
def test_clinical_words_are_there(word: str) -> None:
    assert word in packed_words().classes["content"]
