"""One document against one pack: which letters it holds, and what it is if it holds none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import Aligner, Stretch, joined_stretches
from matchers.chains import Chain, chains_by_letter, distinct_chains, occurrences
from matchers.deciding import WHOLE_EVIDENCE, Surroundings, decide_letter, decide_whole, reason
from matchers.document_text import DocumentText
from matchers.pack import Pack
from matchers.postings import Postings
from matchers.rest import decide_rest
from matchers.scoring import DocumentLayout, LetterScore, score, union_length
from matchers.shingles import covered
from matchers.siphash import Words
from matchers.stored_letter import StoredLetter
from matchers.template_text import TemplateText, template_runs
from matchers.tokens import Tokens
from matchers.verdicts import Judgement, LetterMatch, Piece, Span, Verdict, strongest

# Symbols of evidence from which a letter is aligned word by word; less is never a verdict (see WHOLE_EVIDENCE).
CANDIDATE_SYMBOLS = 60


@dataclass(frozen=True, slots=True, repr=False)
class _View:
    document: DocumentText
    tokens: Tokens
    layout: DocumentLayout


@dataclass(frozen=True, slots=True, repr=False)
class _Candidate:
    letter: StoredLetter
    aligner: Aligner
    around: Surroundings


@dataclass(frozen=True, slots=True, repr=False)
class _Scored:
    verdict: Verdict | None
    score: LetterScore
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    match: LetterMatch
    reason: str


class Matcher:
    """Compares documents with one pack. Holds no state between documents."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    @property
    def pack(self) -> Pack:
        """The pack that documents are compared with."""
        return self._pack

    def match(self, pieces: Sequence[Piece], partial: bool = False) -> Judgement:
        """Judge a document by the text of its pieces.

        Args:
            pieces: in reading order; a letter may run from one piece to the next.
            partial: the text is known to be incomplete, so finding nothing says nothing.
        """
        document = DocumentText(pieces)
        hashes = self._pack.shingles_of(document.text)
        template = self._pack.is_template(hashes)
        postings = self._postings(hashes, template)
        runs = self._template(template, postings, document.symbols)
        found = self._letters(document, postings, runs)
        if found:
            letters = tuple(one.match for one in found)
            return Judgement(strongest(one.verdict for one in letters), letters, tuple(one.reason for one in found))
        verdict, why = decide_rest(document, pieces, runs, partial)
        return Judgement(verdict, (), (why,))

    def _postings(self, hashes: Words, template: NDArray[np.bool_]) -> Postings:
        rare = np.flatnonzero(~template)
        postings = self._pack.postings(hashes[rare])
        return Postings(rare[postings.document], postings.letter, postings.position, postings.unique)

    def _template(self, template: NDArray[np.bool_], postings: Postings, symbols: int) -> TemplateText:
        """What a few letters share counts as template too here; of a small pack it is all that shows the template."""
        marks = template.copy()
        marks[postings.document[~postings.unique]] = True
        return template_runs(covered(marks, self._pack.parameters.shingle_symbols), symbols)

    def _letters(self, document: DocumentText, postings: Postings, template: TemplateText) -> list[_Found]:
        candidates = chains_by_letter(postings, self._pack.parameters.shingle_symbols, CANDIDATE_SYMBOLS)
        if not candidates:
            return []
        tokens = self._pack.tokens_of(document.text)
        view = _View(document, tokens, DocumentLayout(document.piece_starts, template))
        judged = (self._letter(view, number, chains) for number, chains in candidates.items())
        found = [one for one in judged if one]
        return sorted(found, key=lambda one: (one.match.verdict.rank, -one.match.evidence, one.match.letter_id))

    def _letter(self, view: _View, number: int, chains: list[Chain]) -> _Found | None:
        letter = self._pack.letter(number)
        around = Surroundings(self._pack.letters, letter.sizes.shared_share, self._pack.median_shared)
        candidate = _Candidate(letter, Aligner(letter, view.tokens), around)
        groups = occurrences(chains, CANDIDATE_SYMBOLS)
        kept = [_scored(view, candidate, group) for group in groups]
        verdict = strongest([part.verdict for part in kept if part.verdict])
        apart = [len(group) for group in groups] != [len(chains)]
        if verdict is not Verdict.KNOWN_LETTER and apart and sum(one.evidence for one in chains) >= WHOLE_EVIDENCE:
            # Pages that lie apart in the document may only together be the letter.
            together = _scored(view, candidate, chains)
            if decide_whole(together.score, around):
                verdict, kept = Verdict.KNOWN_LETTER, [replace(together, verdict=Verdict.KNOWN_LETTER)]
        if verdict is Verdict.CLEAR:
            return None
        return _found(view, candidate, verdict, [part for part in kept if part.verdict])


def _scored(view: _View, candidate: _Candidate, chains: list[Chain]) -> _Scored:
    kept = distinct_chains(chains)
    alignment = candidate.aligner.align(kept)
    numbers = score(kept, alignment, view.layout)
    return _Scored(decide_letter(numbers, candidate.around), numbers, alignment.stretches)


def _found(view: _View, candidate: _Candidate, verdict: Verdict, parts: list[_Scored]) -> _Found:
    stretches = joined_stretches([stretch for part in parts for stretch in part.stretches])
    best = max((part.score for part in parts), key=lambda numbers: numbers.evidence)
    match = LetterMatch(
        letter_id=candidate.letter.letter_id,
        verdict=verdict,
        containment=union_length([part.letter_symbols for part in stretches]) / candidate.letter.sizes.symbols,
        coverage=union_length([part.doc_symbols for part in stretches]) / view.document.symbols,
        evidence=float(best.evidence),
        spans=_spans(view.document, candidate.letter, stretches),
    )
    return _Found(match, f"letter {match.letter_id}: {reason(best, verdict, candidate.around, len(match.spans))}")


def _spans(document: DocumentText, letter: StoredLetter, stretches: Sequence[Stretch]) -> tuple[Span, ...]:
    """A stretch that runs over several pieces gives a span in each."""
    places = letter.places()
    spans = []
    for part in stretches:
        for path, points, (low, high) in document.ranges(*part.doc_symbols):
            if ours := part.letter_part(low, high):
                spans.append(Span(path, points, (int(places[ours[0]]), int(places[ours[1] - 1]) + 1)))
    return tuple(spans)
