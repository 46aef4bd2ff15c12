"""The peers themselves, each in its best honest use: from known texts to a function that gives a score and a place."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import ppdeep
from copydetect.utils import find_fingerprint_overlap, get_document_fingerprints, get_token_coverage
from datasketch import MinHash, MinHashLSH, MinHashLSHEnsemble
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process
from rensa import RMinHash, RMinHashLSH

# From a document's text to scores and the places of the letters that have them: all that a look-up gives, or the best.
Scores = list[tuple[float, int]]
Peer = Callable[[str], Scores]
# Letters that a peer that scores every letter may name: more than a bundle holds.
_BEST = 60

# Permutations of a MinHash, and words of its shingles: few, because one wrong character breaks all that hold it.
_PERMUTATIONS = 128
_SHINGLE_WORDS = 3
# Least similarity that a look-up is made for. Lower finds more and is slower; the threshold of the answer is set by
# the negatives.
_LSH_THRESHOLD = 0.2
_RENSA_BANDS = 64
# As copydetect has them: a run of 30 characters is always found.
_WINNOW_CHARACTERS = 25
_WINNOW_WINDOW = 6
# Letters from which a fingerprint is left out as common: one more than may share a rare one in our own packs.
_COMMON_LETTERS = 4


def brute_force(peer: Callable[[Sequence[str]], Peer]) -> Callable[[Sequence[str]], Peer]:
    """Marks a peer whose every query looks at every letter."""
    peer.brute = True  # type: ignore[attr-defined]
    return peer


def _fuzzy(scorer: Callable[..., float]) -> Callable[[Sequence[str]], Peer]:
    def make(texts: Sequence[str]) -> Peer:
        plain = [default_process(text) for text in texts]

        def best(text: str) -> Scores:
            found = process.extract(default_process(text), plain, scorer=scorer, limit=_BEST)
            return [(score, place) for _, score, place in found]

        return best

    return make


def _shingles(text: str) -> set[str]:
    words = default_process(text).split()
    return {" ".join(words[start : start + _SHINGLE_WORDS]) for start in range(len(words) - _SHINGLE_WORDS + 1)}


def _minhash(shingles: set[str]) -> MinHash:
    made = MinHash(num_perm=_PERMUTATIONS)
    made.update_batch([shingle.encode() for shingle in shingles])
    return made


def datasketch_lsh(texts: Sequence[str]) -> Peer:
    """MinHash with locality-sensitive look-up; the best by estimated Jaccard similarity."""
    index = MinHashLSH(threshold=_LSH_THRESHOLD, num_perm=_PERMUTATIONS)
    hashes = [_minhash(_shingles(text)) for text in texts]
    for place, made in enumerate(hashes):
        index.insert(place, made)

    def best(text: str) -> Scores:
        asked = _minhash(_shingles(text))
        return [(asked.jaccard(hashes[place]), place) for place in index.query(asked)]

    return best


def datasketch_ensemble(texts: Sequence[str]) -> Peer:
    """The same for containment of the query, which excerpts need; the best by estimated containment."""
    index = MinHashLSHEnsemble(threshold=_LSH_THRESHOLD, num_perm=_PERMUTATIONS, num_part=16)
    shingles = [_shingles(text) for text in texts]
    hashes = [_minhash(one) for one in shingles]
    index.index([(place, made, len(one)) for place, (made, one) in enumerate(zip(hashes, shingles, strict=True))])

    def best(text: str) -> Scores:
        own = _shingles(text)
        if not own:
            return []
        asked = _minhash(own)
        places = index.query(asked, len(own))
        return [(_contained(asked.jaccard(hashes[n]), len(own), len(shingles[n])), n) for n in places]

    return best


def _contained(jaccard: float, asked: int, other: int) -> float:
    """Containment of the smaller set, from Jaccard similarity and sizes."""
    return jaccard * (asked + other) / (1 + jaccard) / min(asked, other)


def rensa_lsh(texts: Sequence[str]) -> Peer:
    """MinHash and look-up in Rust."""
    index = RMinHashLSH(threshold=_LSH_THRESHOLD, num_perm=_PERMUTATIONS, num_bands=_RENSA_BANDS)
    hashes = [_rminhash(text) for text in texts]
    for place, made in enumerate(hashes):
        index.insert(place, made)

    def best(text: str) -> Scores:
        asked = _rminhash(text)
        return [(asked.jaccard(hashes[place]), place) for place in index.query(asked)]

    return best


def _rminhash(text: str) -> RMinHash:
    made = RMinHash(num_perm=_PERMUTATIONS, seed=42)
    made.update(list(_shingles(text)))
    return made


@brute_force
def ssdeep(texts: Sequence[str]) -> Peer:
    """Ssdeep's context-triggered hashes, in Python."""
    hashes = [ppdeep.hash(text.encode()) for text in texts]

    def best(text: str) -> Scores:
        asked = ppdeep.hash(text.encode())
        scores = ((float(ppdeep.compare(asked, other)), place) for place, other in enumerate(hashes))
        return heapq.nlargest(_BEST, scores)

    return best


@brute_force
def winnowed(texts: Sequence[str]) -> Peer:
    """Winnowed 25-grams with copydetect's own functions: characters of the document that a letter explains.

    copydetect compares all pairs; a table from fingerprint to letters is put before it here, or it could not be asked.
    """
    return _winnowed(texts, len(texts) + 1)


def winnowed_rare(texts: Sequence[str]) -> Peer:
    """The same without the fingerprints that many letters have, as MOSS leaves them out."""
    return _winnowed(texts, _COMMON_LETTERS)


def _winnowed(texts: Sequence[str], common: int) -> Peer:
    prints = [get_document_fingerprints(_winnowable(text), _WINNOW_CHARACTERS, _WINNOW_WINDOW) for text in texts]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, (hashes, _) in enumerate(prints):
        for one in hashes:
            holders[one].append(place)

    def best(text: str) -> Scores:
        plain = _winnowable(text)
        if len(plain) < _WINNOW_CHARACTERS + _WINNOW_WINDOW:
            return []
        hashes, where = get_document_fingerprints(plain, _WINNOW_CHARACTERS, _WINNOW_WINDOW)
        rare = {one for one in hashes if 0 < len(holders.get(one, ())) < common}
        places = {place for one in rare for place in holders[one]}
        return [(_explained(rare, where, prints[place]), place) for place in places]

    return best


_Prints = tuple[set[int], dict[int, list[int]]]


def _explained(rare: set[int], where: Mapping[int, list[int]], other: _Prints) -> float:
    found, _ = find_fingerprint_overlap(rare, other[0], where, other[1])
    places = [int(place) for place in found]
    return float(get_token_coverage({0: places}, _WINNOW_CHARACTERS, max(places) + _WINNOW_CHARACTERS))


def _winnowable(text: str) -> str:
    return "".join(default_process(text).split())


PEERS: Mapping[str, Callable[[Sequence[str]], Peer]] = MappingProxyType(
    {
        "rapidfuzz ratio, every letter": brute_force(_fuzzy(fuzz.ratio)),
        "rapidfuzz token_set_ratio, every letter": brute_force(_fuzzy(fuzz.token_set_ratio)),
        "datasketch MinHashLSH": datasketch_lsh,
        "datasketch LSH Ensemble": datasketch_ensemble,
        "rensa RMinHashLSH": rensa_lsh,
        "ppdeep (ssdeep), every letter": ssdeep,
        "copydetect winnowing": winnowed,
        "copydetect winnowing, rare only": winnowed_rare,
    }
)
