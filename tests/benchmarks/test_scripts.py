from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from benchmarks.matching.corpus import FIRST_OTHER
from benchmarks.matching.scripts import LANGUAGES, ScriptCorpus
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Piece, Verdict

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_known_and_no_other_patients_are(language: str, tmp_path: Path) -> None:
    corpus, key = ScriptCorpus(language), PackKey(b"k" * 32)
    build_pack([Letter(letter.letter_id, letter.text) for letter in corpus.letters(40)], tmp_path / "pack", key)
    matcher = Matcher(open_pack(tmp_path / "pack", key))
    for letter in corpus.letters(10):
        found = matcher.match([Piece("", letter.text)])
        assert [match.letter_id for match in found.letters if match.verdict is Verdict.KNOWN_LETTER] == [
            letter.letter_id
        ]
    verdicts = [matcher.match([Piece("", letter.text)]).verdict for letter in corpus.letters(20, FIRST_OTHER)]
    assert Verdict.KNOWN_LETTER not in verdicts
    assert verdicts.count(Verdict.SAME_TEMPLATE) >= 16
