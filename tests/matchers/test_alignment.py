"""Words found in order, and the holes between them."""

from __future__ import annotations

import numpy as np
import pytest

from demo_range.letters import House
from matchers.alignment import Aligner, words_within
from matchers.chains import chains_by_letter, distinct_chains
from matchers.document_text import DocumentText
from matchers.matcher import Matcher
from matchers.verdicts import Piece
from tests.matchers.conftest import MakeMatcher, letters_of, random_errors


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_a_letter_in_a_document_is_one_stretch(make_matcher: MakeMatcher, rate: float) -> None:
    texts = letters_of([House.OUTPATIENT], 5)
    matcher = make_matcher(texts)
    before = "Something else entirely stands on this page before anything of interest begins to be seen. " * 5
    document = DocumentText([Piece("", before + random_errors(texts[2], rate, 1))])
    stretches = aligned(matcher, document, 2)
    assert len(stretches) == 1
    start, end = stretches[0]
    size = document.symbols - len(DocumentText([Piece("", before)]).text)
    assert end - start > 0.97 * size
    assert start >= document.symbols - size - 10


def test_a_paragraph_put_in_the_place_of_another_is_a_hole(make_matcher: MakeMatcher) -> None:
    texts = letters_of([House.OUTPATIENT], 5)
    matcher = make_matcher(texts)
    words = texts[1].split(" ")
    words[100:140] = ["unrelated"] * 40
    document = DocumentText([Piece("", " ".join(words))])
    assert len(aligned(matcher, document, 1)) == 2


def aligned(matcher: Matcher, document: DocumentText, letter: int) -> list[tuple[int, int]]:
    pack = matcher.pack
    hashes = pack.shingles_of(document.text)
    candidates = chains_by_letter(pack.look_up(hashes).postings, pack.parameters.shingle_symbols, 60, 10)
    chains = candidates.by_letter[letter].chains
    tokens = pack.tokens_of(document.text)
    own = np.zeros(len(tokens), dtype=np.bool_)
    alignment = Aligner(pack.letter(letter), tokens, own).align(distinct_chains(chains))
    return [stretch.doc_symbols for stretch in alignment.stretches]


def test_words_are_within_marks_when_all_their_symbols_are() -> None:
    starts = np.array([0, 3, 5, 9])
    marks = np.array([1, 1, 1, 1, 0, 1, 1, 1, 1], dtype=np.bool_)
    assert words_within(marks, starts).tolist() == [True, False, True]
    assert not words_within(marks[:0], starts).any()
