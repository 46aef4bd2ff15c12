from __future__ import annotations

import pytest

from benchmarks.matching.corpus import Corpus
from benchmarks.matching.peer_methods import PEERS
from benchmarks.matching.speed import private_mb

LETTERS = 12


@pytest.mark.parametrize("name", list(PEERS))
def test_a_peer_finds_a_letter_that_is_there(name: str) -> None:
    corpus = Corpus(1)
    texts = [letter.text for letter in corpus.letters(LETTERS)]
    peer = PEERS[name](texts)
    for place in (0, 7):
        assert max(peer(texts[place]))[1] == place


@pytest.mark.parametrize("name", list(PEERS))
def test_a_peer_bears_an_empty_document(name: str) -> None:
    peer = PEERS[name]([letter.text for letter in Corpus(1).letters(LETTERS)])
    assert all(score <= 0 for score, _ in peer("")) or peer("") == []


def test_private_memory_is_read() -> None:
    assert private_mb() > 1
