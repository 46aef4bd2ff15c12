"""One document against one pack: which letters it holds, and what it is if it holds none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import Aligner, Alignment, Stretch, joined_stretches
from matchers.chains import Chain, chains_by_letter, distinct_chains, occurrences
from matchers.deciding import RestScore, Surroundings, decide_letter, decide_rest, decide_whole, reason
from matchers.document_text import DocumentText
from matchers.pack import Pack, Postings
from matchers.scoring import DocumentLayout, LetterScore, score, union_length
from matchers.shingles import covered
from matchers.siphash import Words
from matchers.template_text import TemplateText, template_runs
from matchers.verdicts import Judgement, LetterMatch, Piece, Span, Verdict, strongest

# Symbols of evidence from which a letter is aligned word by word; less is never a verdict (see WHOLE_EVIDENCE).
CANDIDATE_SYMBOLS = 60


@dataclass(frozen=True, slots=True, repr=False)
class _View:
    document: DocumentText
    aligner: Aligner
    layout: DocumentLayout


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
        tokens = self._pack.tokens_of(document.text)
        runs = self._template(template, postings, document.symbols)
        found = self._letters(document, Aligner(self._pack, tokens), postings, runs)
        if found:
            letters = tuple(one.match for one in found)
            return Judgement(strongest(one.verdict for one in letters), letters, tuple(one.reason for one in found))
        rest = RestScore(document.symbols, runs.symbols, *runs.filled(tokens.starts, tokens.numeric))
        verdict, why = decide_rest(rest, partial)
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

    def _letters(
        self, document: DocumentText, aligner: Aligner, postings: Postings, template: TemplateText
    ) -> list[_Found]:
        view = _View(document, aligner, DocumentLayout(document.piece_starts, template))
        candidates = chains_by_letter(postings, self._pack.parameters.shingle_symbols, CANDIDATE_SYMBOLS)
        judged = (self._letter(view, letter, chains) for letter, chains in candidates.items())
        found = [one for one in judged if one]
        return sorted(found, key=lambda one: (one.match.verdict.rank, -one.match.evidence, one.match.letter_id))

    def _letter(self, view: _View, letter: int, chains: list[Chain]) -> _Found | None:
        around = Surroundings(self._pack.letters, self._pack.shared_share(letter), self._pack.median_shared)
        scored = [self._scored(view, letter, group) for group in occurrences(chains, CANDIDATE_SYMBOLS)]
        kept = [(decide_letter(part, around), part, alignment) for part, alignment in scored]
        verdict = strongest([own for own, _, _ in kept if own])
        if verdict is not Verdict.KNOWN_LETTER:
            # Pages that lie apart in the document may only together be the letter.
            together, alignment = self._scored(view, letter, chains)
            if decide_whole(together, around):
                verdict, kept = Verdict.KNOWN_LETTER, [(Verdict.KNOWN_LETTER, together, alignment)]
        if verdict is Verdict.CLEAR:
            return None
        parts = [(part, alignment.stretches) for own, part, alignment in kept if own]
        return self._found(view, letter, (verdict, parts), around)

    def _found(
        self,
        view: _View,
        letter: int,
        answer: tuple[Verdict, list[tuple[LetterScore, tuple[Stretch, ...]]]],
        around: Surroundings,
    ) -> _Found:
        verdict, parts = answer
        stretches = joined_stretches([stretch for _, found in parts for stretch in found])
        best = max((part for part, _ in parts), key=lambda part: part.evidence)
        match = LetterMatch(
            letter_id=self._pack.letter_id(letter),
            verdict=verdict,
            containment=union_length([part.letter_symbols for part in stretches]) / self._pack.letter_symbols(letter),
            coverage=union_length([part.doc_symbols for part in stretches]) / view.document.symbols,
            evidence=float(best.evidence),
            spans=self._spans(view.document, letter, stretches),
        )
        return _Found(match, f"letter {match.letter_id}: {reason(best, verdict, around, len(match.spans))}")

    def _scored(self, view: _View, letter: int, chains: list[Chain]) -> tuple[LetterScore, Alignment]:
        kept = distinct_chains(chains)
        alignment = view.aligner.align(letter, kept)
        return score(kept, alignment, view.layout), alignment

    def _spans(self, document: DocumentText, letter: int, stretches: Sequence[Stretch]) -> tuple[Span, ...]:
        """A stretch that runs over several pieces gives a span in each."""
        places = self._pack.places(letter)
        spans = []
        for part in stretches:
            for path, points, (low, high) in document.ranges(*part.doc_symbols):
                if ours := part.letter_part(low, high):
                    spans.append(Span(path, points, (int(places[ours[0]]), int(places[ours[1] - 1]) + 1)))
        return tuple(spans)
