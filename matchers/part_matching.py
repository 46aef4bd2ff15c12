"""One part of a document against one pack: the letters it holds, each with all that its verdict rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchers.alignment import Aligner, Stretch, joined_stretches, words_within
from matchers.chains import Candidate, Candidates, Chain, chains_by_letter, distinct_chains, occurrences
from matchers.contacts import Contact
from matchers.deciding import SMALL_PACK, Surroundings, claims, decide_letter, rules_met
from matchers.document_text import DocumentText
from matchers.pack import Pack
from matchers.parts import Part
from matchers.ranges import Ranges
from matchers.scoring import DocumentLayout, LetterScore, merged, score
from matchers.shingles import covered
from matchers.stored_letter import StoredLetter
from matchers.template_text import TemplateText, template_runs
from matchers.thresholds import Rule
from matchers.tokens import Tokens
from matchers.verdicts import Span, Verdict, strongest

# Symbols of evidence from which a letter is aligned word by word; fewer are a turn of phrase.
CANDIDATE_SYMBOLS = 36
# Letters that are aligned with one part, those with most evidence first: so many, and one more for so many symbols.
FEWEST_CANDIDATES = 1_000
SYMBOLS_A_CANDIDATE = 200
# Symbols of evidence that make a short document one to look at.
RARE_SYMBOLS = 36
# Of the letters that show a rare template, the share that must have a shingle for it to be template text. At 0.25 stock
# phrases of dictated operation notes count.
TEMPLATE_LETTERS = 0.5
# Share of a passage that lies in the text of a letter that is known, from which it is that letter's and tells nothing.
EXPLAINED_AWAY = 0.9
# The same for a passage by which another letter would be known, where the known one is so many times stronger. What two
# letters have word for word has the same strength for both.
MUCH_STRONGER = 1.5
# Rules by which a letter is known as a whole, and not by a passage.
BY_LETTER = frozenset([Rule.WHOLE, Rule.MASKED])


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """A letter found in a part.

    Attributes:
        letter: of the pack.
        around: what the pack says of it.
        verdict: by its text.
        score: of the part of the document that shows most of it.
        by_passage: it is known by a passage only, which clinicians may use again for another patient.
        false_per_million: where it is known, of a million documents of others those that come so far, at most.
        doc_ranges: where it stands, in symbols of the part.
        letter_ranges: what of it that is, in its own symbols.
        spans: the same in code points.
        left: further places of the part where it stands and was not aligned.
    """

    letter: StoredLetter
    around: Surroundings
    verdict: Verdict
    score: LetterScore
    by_passage: bool
    false_per_million: float | None
    doc_ranges: list[tuple[int, int]]
    letter_ranges: list[tuple[int, int]]
    spans: tuple[Span, ...]
    left: int


@dataclass(frozen=True, slots=True, repr=False)
class _Scored:
    verdict: Verdict | None
    score: LetterScore
    rules: frozenset[Rule]
    false_per_million: float | None
    stretches: tuple[Stretch, ...]


class PartMatching:
    """A part, looked up in a pack.

    Attributes:
        part: of the document.
        document: its text.
        left: letters of which little was found, and which were not aligned; known when the letters are.
    """

    def __init__(self, pack: Pack, part: Part) -> None:
        self._pack = pack
        self.part = part
        self.document = DocumentText(part.pieces)
        self._found = pack.look_up(pack.shingles_of(self.document.text))
        self._length = pack.parameters.shingle_symbols
        self.left = 0

    @cached_property
    def template(self) -> TemplateText:
        """Where the organisation's wording stands.

        What fewer letters share than half of those that show a rare template is a stock phrase. In a small pack
        what a few letters share counts: it is all that shows the template.
        """
        marks = self._found.template & (self._found.counts >= self._pack.rare_template * TEMPLATE_LETTERS)
        if self._pack.letters < SMALL_PACK:
            marks = marks | self._found.few
        return template_runs(covered(marks, self._length), self.document.symbols)

    @property
    def rows(self) -> int:
        """Rows of the pack's index that the part has shingles of."""
        return self._found.posting_rows

    def holds_rare(self) -> bool:
        """Does it hold more than a turn of phrase that only a letter of the pack has?"""
        return bool(self._candidates(RARE_SYMBOLS).by_letter)

    def _candidates(self, symbols: int) -> Candidates:
        """The letters that so many symbols are found of."""
        most = FEWEST_CANDIDATES + self.document.symbols // SYMBOLS_A_CANDIDATE
        return chains_by_letter(self._found.postings, self._length, symbols, most)

    def letters(self) -> list[Found]:
        """The letters found, but for passages that a known letter explains."""
        found = sorted(self._judged(), key=lambda one: -one.score.strength)
        known = [one for one in found if one.verdict is Verdict.KNOWN_LETTER]
        anywhere, much_stronger = Ranges(), Ranges()
        anywhere.add_all(span for one in known for span in one.doc_ranges)
        taken = 0
        kept = []
        for one in found:
            if one.verdict is not Verdict.KNOWN_LETTER:
                explained = _within(one.doc_ranges, anywhere)
            else:
                while taken < len(known) and known[taken].score.strength > MUCH_STRONGER * one.score.strength:
                    much_stronger.add_all(known[taken].doc_ranges)
                    taken += 1
                explained = one.by_passage and _within(one.doc_ranges, much_stronger)
            if not explained:
                kept.append(one)
        return kept

    def contacts(self) -> Iterator[Contact]:
        """Every place with something of a letter, and how strongly that might make the letter known."""
        for view in self._views():
            yield from view.contacts()

    def _judged(self) -> Iterator[Found]:
        for view in self._views():
            if found := view.found(self.part):
                yield found

    def _views(self) -> Iterator[_LetterView]:
        candidates = self._candidates(CANDIDATE_SYMBOLS)
        self.left = candidates.left
        if not candidates.by_letter:
            return
        tokens = self._pack.tokens_of(self.document.text)
        words = words_within(covered(self._found.template, self._length), tokens.starts)
        layout = DocumentLayout(self.document.piece_starts, self.template)
        text = _Text(self.document, tokens, layout, words)
        for number, candidate in candidates.by_letter.items():
            yield _LetterView(self._pack, number, candidate, text)


@dataclass(frozen=True, slots=True, repr=False)
class _Text:
    document: DocumentText
    tokens: Tokens
    layout: DocumentLayout
    template_words: NDArray[np.bool_]


class _LetterView:
    """One letter held against the part."""

    def __init__(self, pack: Pack, number: int, candidate: Candidate, text: _Text) -> None:
        self._pack = pack
        self._number = number
        self._chains = candidate.chains
        self._left = candidate.left
        self._text = text
        self._letter = pack.letter(number)
        sizes = self._letter.sizes
        self.around = Surroundings(pack.letters, sizes.shared_share, pack.median_shared, sizes.siblings)
        self._aligner = Aligner(self._letter, text.tokens, text.template_words, few_tell=not self.around.small)
        self._occurrences = occurrences(candidate.chains, CANDIDATE_SYMBOLS)

    def scored(self) -> list[_Scored]:
        """Each occurrence; all as one where only together they make the letter known."""
        each = [self._scored(group) for group in self._occurrences.looked_at]
        if self._is_apart and not any(one.verdict is Verdict.KNOWN_LETTER for one in each):
            # Pages that lie apart in the document may only together be the letter.
            together = self._scored(self._chains)
            if together.rules & BY_LETTER:
                return [together]
        return each

    @property
    def _is_apart(self) -> bool:
        """Is there more of it than one occurrence?"""
        return [len(group) for group in self._occurrences.looked_at] != [len(self._chains)]

    def contacts(self) -> Iterator[Contact]:
        """Each occurrence, and all as one."""
        groups = [*self._occurrences.looked_at, *([self._chains] if self._is_apart else [])]
        for chains in groups:
            numbers = self._scored(chains).score
            found = claims(numbers, self.around)
            words = numbers.words.of_whole
            yield Contact(self._number, self.around.learned, numbers.strength, numbers.best, words, found)

    def found(self, part: Part) -> Found | None:
        """The letter with its verdict; None where nothing of it is worth telling."""
        kept = [one for one in self.scored() if one.verdict]
        if not kept:
            return None
        verdict = strongest([one.verdict for one in kept if one.verdict])
        stretches = joined_stretches([stretch for one in kept for stretch in one.stretches])
        return Found(
            self._letter,
            self.around,
            verdict,
            max((one.score for one in kept if one.verdict is verdict), key=lambda numbers: numbers.strength),
            not any(one.rules & BY_LETTER for one in kept),
            min((one.false_per_million for one in kept if one.false_per_million is not None), default=None),
            [stretch.doc_symbols for stretch in stretches],
            [stretch.letter_symbols for stretch in stretches],
            tuple(self._spans(part, stretches)),
            self._occurrences.left + self._left,
        )

    def _scored(self, chains: list[Chain]) -> _Scored:
        kept = distinct_chains(chains)
        alignment = self._aligner.align(kept)
        numbers = score(kept, alignment, self._text.layout)
        thresholds = self._pack.thresholds
        met = rules_met(numbers, self.around, thresholds)
        found = claims(numbers, self.around)
        expected = [thresholds.expected_per_million(rule, self.around.learned, found[rule]) for rule in met]
        return _Scored(
            decide_letter(numbers, self.around, thresholds),
            numbers,
            frozenset(met),
            min(expected, default=None),
            alignment.stretches,
        )

    def _spans(self, part: Part, stretches: Sequence[Stretch]) -> Iterator[Span]:
        """A stretch that runs over several pieces gives a span in each."""
        places = self._letter.places()
        for stretch in stretches:
            for piece, points, (low, high) in self._text.document.ranges(*stretch.doc_symbols):
                if ours := stretch.letter_part(low, high):
                    letter = int(places[ours[0]]), int(places[ours[1] - 1]) + 1
                    yield part.placed(Span(part.pieces[piece].path, points, letter), piece)


def _within(ranges: list[tuple[int, int]], known: Ranges) -> bool:
    own = merged(ranges)
    both = sum(known.within(*one) for one in own)
    return both >= EXPLAINED_AWAY * sum(end - start for start, end in own)
