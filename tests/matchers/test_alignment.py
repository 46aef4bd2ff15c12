"""Words found in order, and the holes between them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from demo_range.letters import House
from matchers.alignment import Aligner, longest_noise, missing_runs
from matchers.chains import chains_by_letter, distinct_chains
from matchers.document_text import DocumentText
from matchers.matcher import Matcher
from matchers.verdicts import Piece
from tests.matchers.conftest import MakeMatcher, letters_of, random_errors


def lost(total: int, *runs: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.ones(total, dtype=np.bool_)
    for start, end in runs:
        found[start:end] = False
    return found


def test_missing_runs() -> None:
    assert missing_runs(lost(10, (0, 2), (5, 6), (8, 10))).tolist() == [[0, 2], [5, 6], [8, 10]]
    assert missing_runs(lost(4)).tolist() == []


def test_evenly_spread_loss_is_noise_and_a_run_is_a_hole() -> None:
    generator = random.Random(1)  # noqa: S311 - the same in every run
    noisy = np.array([generator.random() > 0.25 for _ in range(500)])
    lengths = np.diff(missing_runs(noisy), axis=1)
    assert lengths.max() <= longest_noise(noisy)
    clean = lost(500, (100, 112), (300, 306))
    assert longest_noise(clean) < 6
    noisy[200:230] = False
    assert longest_noise(noisy) < 30


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
    chains = chains_by_letter(pack.postings(hashes), pack.parameters.shingle_symbols, 60)[letter]
    alignment = Aligner(pack, pack.tokens_of(document.text)).align(letter, distinct_chains(chains))
    return [stretch.doc_symbols for stretch in alignment.stretches]
