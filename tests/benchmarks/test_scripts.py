from __future__ import annotations

import unicodedata

import pytest

from benchmarks.matching.corpus import FIRST_OTHER
from benchmarks.matching.scripts import LANGUAGES, ScriptCorpus

NAMES = {"polish": "LATIN", "hindi": "DEVANAGARI", "arabic": "ARABIC", "chinese": "CJK"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_in_their_script_and_all_different(language: str) -> None:
    corpus = ScriptCorpus(language)
    letters = [*corpus.letters(40), *corpus.letters(40, FIRST_OTHER)]
    assert len({letter.body for letter in letters}) == 80
    for letter in letters:
        assert "{" not in letter.text
        alphabetic = [one for one in letter.text if one.isalpha()]
        own = sum(unicodedata.name(one, "").startswith(NAMES[language]) for one in alphabetic)
        assert own > 0.95 * len(alphabetic)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_blank_form_names_nobody(language: str) -> None:
    corpus = ScriptCorpus(language)
    assert corpus.letter(0).body not in corpus.blank()
    assert "999" not in corpus.blank()
    assert ScriptCorpus(language).letter(5).text == corpus.letter(5).text
