"""Where identifiers stand in a document: candidates of every kind with their places, found when first asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from itertools import islice, pairwise

from matchers.identifiers import DIGIT_LIKE, LEAST_VALUE, Kind, folded, number_range, passes_check, read_digits
from matchers.identifiers import NumberRange as Range
from matchers.labels import LABEL_REACH, Label, LabelKind, LabelRow, labels_in
from matchers.verdicts import Piece, Span
from matchers.written_dates import dates_in, labelled_dates
from matchers.written_names import WrittenName, capital_names, name_at, name_before, name_readings, titled_names

# Code points of a piece that are searched at a time; a letter is one such part, a long file is searched only where
# letters were found.
PART = 1 << 16
# Code points beyond a part's ends that are read with it, so that nothing at its ends is cut.
_MARGIN = 256
# Code points of a document that are searched at most: a bundle of 600 pages. A part counts as this many at least, for
# what it costs to begin one.
MOST_SEARCHED = 32 * PART
_LEAST_COUNTED = 256
# Labels, and candidates of one kind, in one part: about twenty pages, which have ten of each at most.
MOST_LABELS = 1000
MOST_CANDIDATES = 1000

# Code points after `RE:` within which an identifier proves that a person is the subject.
_SUBJECT_REACH = 200
# Code points of the longest date.
_DATE_REACH = 32
# Code points after `Address` within which its postcode stands.
_ADDRESS_REACH = 160
_PERSONAL = frozenset({LabelKind.BIRTH, LabelKind.NHS, LabelKind.HOSPITAL})

Place = tuple[int, int]


class Strength(IntEnum):
    """How surely a candidate is what it is tried as."""

    LABELLED = 0
    SHAPED = 1
    LOOSE = 2


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """Something in a document that may be an identifier of some kind.

    Attributes:
        start: code point of the document.
        end: code point after it.
        readings: its normal forms, the likeliest first.
        strength: what speaks for it.
        claims: it says whose letter this is, so another value than the registered one is a conflict.
        damaged: digits of a number whose check digit is wrong. What has neither readings nor this can not be read.
    """

    start: int
    end: int
    readings: tuple[str, ...]
    strength: Strength = Strength.LOOSE
    claims: bool = False
    damaged: str = ""


_D = DIGIT_LIKE
_GAP = r"[ \u00a0\u2009.\-\u2013]"
_LABELLED_NUMBER = re.compile(rf"[^\w\n]{{0,8}}\n?[^\w\n]{{0,8}}(?:is\s)?((?:{_D}{_GAP}{{0,2}}){{9}}{_D})(?![^\W_])")
_SHAPED_NUMBER = re.compile(
    rf"(?<![\w+])(?<!\d{_GAP})(?:\d{{10}}|\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}})(?![\w])(?!{_GAP}\d)"
)
_RUN = re.compile(r"(?<![^\W_])[^\W_]{1,24}(?:[/\-.][^\W_]{1,24}){0,4}")
_LABELLED_RUN = re.compile(rf"[^\w\n]{{0,8}}\n?[^\w\n]{{0,8}}({_RUN.pattern})(?: ({_RUN.pattern}))?")
_DATE_SHAPE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_FREE_TOKEN = re.compile(r"(?<!\w)\+?\d(?:[ \-]?\d){6,15}(?!\w)|(?<!\S)[^\s,;()<>|]{4,64}")
_POSTCODE = re.compile(r"(?<![^\W_])[A-Z][A-Z0-9]{1,3}[ \u00a0]{0,2}[0-9OISB][A-Z][A-Z](?![^\W_])")
_LABELLED_POSTCODE = re.compile(r"\W{0,8}([^\W_]{2,8}(?:[ -][^\W_]{2,6})?)")
_LINE = re.compile(r"[^\S\n]{0,8}[:\uff1a\t|\u2013-]?[^\S\n]{0,8}\n?([^\n]{1,80})")
# Digits of the shortest token that is tried as a number without a label.
_LEAST_DIGITS = 4
_LEAST_LABELLED_DIGITS = 3
_LONGEST_FREE = 6


@dataclass(frozen=True, slots=True, repr=False)
class _Part:
    """A text with margins; only what begins between `low` and `high` is its own."""

    text: str
    low: int
    high: int
    found: dict[tuple[str, bool], list[Candidate]] = field(default_factory=dict)
    labels: LabelRow = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", LabelRow(list(islice(labels_in(self.text), MOST_LABELS))))

    def labelled(self, *kinds: LabelKind) -> Iterator[Label]:
        """Its labels of some kinds."""
        return (label for label in self.labels.labels if label.kind in kinds)

    def stands_after(self, place: int, *kinds: LabelKind) -> bool:
        """Is the label before a place, in its line, of one of some kinds?"""
        label = self.labels.before(place)
        return label is not None and label.kind in kinds and "\n" not in self.text[label.end : place]

    def candidates(self, kind: str, loose: bool) -> Iterator[Candidate]:
        """Candidates of a kind; places count in the part."""
        match kind:
            case Kind.NHS_NUMBER:
                return _shaped_numbers(self) if loose else _labelled_numbers(self)
            case Kind.HOSPITAL_NUMBER:
                return _loose_runs(self) if loose else _hospital_numbers(self)
            case Kind.DATE_OF_BIRTH:
                return _dates(self) if loose else _birth_dates(self)
            case Kind.NAME:
                return _loose_names(self) if loose else _names(self)
            case Kind.POSTCODE:
                return iter(()) if loose else _postcodes(self)
            case _:
                return _free_tokens(self) if loose else _free(self, kind)


class IdentifierPlaces:
    """Candidates in the pieces of a document. Its code points count through all pieces, one between two of them."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._parts: dict[tuple[int, int], _Part] = {}
        self._searched = 0

    @cached_property
    def starts(self) -> list[int]:
        """First code point of each piece; one more entry than there are pieces."""
        starts = [0]
        for piece in self._pieces:
            starts.append(starts[-1] + len(piece.text) + 1)
        return starts

    @cached_property
    def _paths(self) -> dict[str, int]:
        return {piece.path: index for index, piece in enumerate(self._pieces)}

    def place(self, span: Span) -> Place:
        """A span's range in the document; KeyError where no piece has its path."""
        start = self.starts[self._paths[span.piece]]
        return start + span.doc[0], start + span.doc[1]

    def candidates(self, kind: str, places: Sequence[Place], loose: bool) -> tuple[list[Candidate], bool]:
        """Candidates of a kind that begin within some ranges, and whether these are all.

        Those that nothing speaks for (`loose`) are many, and are asked for on their own. The strongest come first.
        """
        places = joined_places(places)
        found: list[Candidate] = []
        whole = True
        for part_start, part in self._within(places):
            if part is None:
                whole = False
                continue
            here = self._found(part, kind, loose)
            whole = whole and len(here) < MOST_CANDIDATES and len(part.labels.labels) < MOST_LABELS
            found.extend(_moved(here, part_start, places))
        found.sort(key=lambda one: (one.strength, one.start))
        return found, whole

    def _found(self, part: _Part, kind: str, loose: bool) -> list[Candidate]:
        key = kind, loose
        if key not in part.found:
            own = (one for one in part.candidates(kind, loose) if part.low <= one.start < part.high)
            part.found[key] = list(islice(own, MOST_CANDIDATES))
        return part.found[key]

    def _within(self, places: Sequence[Place]) -> Iterator[tuple[int, _Part | None]]:
        """The parts that ranges touch, each with its start in the document; None for those beyond the bound."""
        wanted: set[tuple[int, int]] = set()
        for start, end in places:
            first = max(0, bisect_right(self.starts, start) - 1)
            for index in range(first, len(self._pieces)):
                low, high = (
                    max(0, start - self.starts[index]),
                    min(end - self.starts[index], len(self._pieces[index].text)),
                )
                if high <= 0:
                    break
                wanted.update((index, number) for number in range(low // PART, -(-high // PART)))
        for index, number in sorted(wanted):
            yield self.starts[index] + max(0, number * PART - _MARGIN), self._part(index, number)

    def _part(self, index: int, number: int) -> _Part | None:
        key = index, number
        if key not in self._parts:
            if self._searched >= MOST_SEARCHED:
                return None
            start = number * PART
            low = min(start, _MARGIN)
            text = self._pieces[index].text[start - low : start + PART + _MARGIN]
            self._searched += max(len(text), _LEAST_COUNTED)
            self._parts[key] = _Part(text, low, low + PART)
        return self._parts[key]


def _moved(candidates: Iterable[Candidate], by: int, places: Sequence[Place]) -> Iterator[Candidate]:
    lows = [low for low, _ in places]
    for one in candidates:
        start = one.start + by
        index = bisect_right(lows, start) - 1
        if index >= 0 and start < places[index][1]:
            yield Candidate(start, one.end + by, one.readings, one.strength, one.claims, one.damaged)


def joined_places(places: Iterable[Place]) -> list[Place]:
    """Ranges in order, with those that touch made one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _labelled_numbers(part: _Part) -> Iterator[Candidate]:
    for label in part.labelled(LabelKind.NHS):
        if found := _LABELLED_NUMBER.match(part.text, label.end):
            number = read_digits(found[1])
            readings, damaged = ((number,), "") if passes_check(number) else ((), number)
            yield Candidate(found.start(1), found.end(1), readings, Strength.LABELLED, True, damaged)
        elif _digits(part.text[label.end : label.end + LABEL_REACH]) >= _LEAST_DIGITS:
            yield _unreadable(label)


def _shaped_numbers(part: _Part) -> Iterator[Candidate]:
    """Ten digits set as one or as 3-3-4; never a part of more digits, a telephone's or a book's."""
    for found in _SHAPED_NUMBER.finditer(part.text):
        number = read_digits(found[0])
        if passes_check(number) and not part.stands_after(found.start(), LabelKind.OTHER):
            likely = number_range(number) not in {Range.UNISSUED, Range.IRISH}
            yield Candidate(found.start(), found.end(), (number,), Strength.SHAPED if likely else Strength.LOOSE)


def _unreadable(label: Label) -> Candidate:
    """A value stands here and can not be read, so nothing else can be said to be in its place."""
    return Candidate(label.end, label.end, (), Strength.LABELLED, claims=True)


def _hospital_numbers(part: _Part) -> Iterator[Candidate]:
    for label in part.labelled(LabelKind.HOSPITAL):
        if found := _LABELLED_RUN.match(part.text, label.end):
            readings = tuple(_run_readings(found[1], found[2] or ""))
            claims = bool(readings) and _digits(found[1]) >= _LEAST_DIGITS
            if readings:
                yield Candidate(found.start(1), found.end(), readings, Strength.LABELLED, claims)


def _loose_runs(part: _Part) -> Iterator[Candidate]:
    for found in _RUN.finditer(part.text):
        if _digits(found[0]) >= _LEAST_DIGITS and not _DATE_SHAPE.fullmatch(found[0]):
            readings = tuple(_run_readings(found[0], ""))
            if readings and not part.stands_after(found.start(), LabelKind.OTHER, LabelKind.NHS):
                yield Candidate(found.start(), found.end(), readings)


def _run_readings(run: str, following: str) -> Iterator[str]:
    """The whole of it, its parts with digits, and it with what follows where a space has split it."""
    parts = re.split(r"[/\-.]", run)
    whole = [run] if _digits(run) >= _LEAST_LABELLED_DIGITS else []
    split = [run + following] if _digits(run) < _LEAST_DIGITS and _digits(following) >= _LEAST_LABELLED_DIGITS else []
    inner = [one for one in parts if _digits(one) >= _LEAST_DIGITS] if len(parts) > 1 else []
    values = (folded(one) for one in (*whole, *inner[::-1], *split))
    return (value for value in values if len(value) >= LEAST_VALUE)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _birth_dates(part: _Part) -> Iterator[Candidate]:
    for label in part.labelled(LabelKind.BIRTH):
        reach = label.end + LABEL_REACH
        dates = [date for date in labelled_dates(part.text, label.end, reach + _DATE_REACH) if date.start <= reach]
        near = min(dates, key=lambda date: (date.start, -date.end), default=None)
        if near and part.labels.before(near.start) is label:
            yield Candidate(near.start, near.end, near.readings, Strength.LABELLED, claims=True)
        elif _digits(part.text[label.end : reach]):
            yield _unreadable(label)


def _dates(part: _Part) -> Iterator[Candidate]:
    """Any date may be the registered one: letters say `born`, or nothing."""
    for date in dates_in(part.text):
        label = part.labels.before(date.start)
        kind = label.kind if label else None
        if kind is not LabelKind.BIRTH:
            strength = Strength.SHAPED if kind is LabelKind.BORN else Strength.LOOSE
            yield Candidate(date.start, date.end, date.readings, strength)


def _names(part: _Part) -> Iterator[Candidate]:
    """Names at the patient's places, and after titles."""
    for label in part.labels.labels:
        yield from _labelled_names(part, label)
    yield from _split_names(part)
    for name in titled_names(part.text):
        yield from _name(name, Strength.SHAPED)


def _loose_names(part: _Part) -> Iterator[Candidate]:
    """Pairs of capitalised words."""
    for name in capital_names(part.text):
        yield from _name(name, Strength.LOOSE)


def _labelled_names(part: _Part, label: Label) -> Iterator[Candidate]:
    match label.kind:
        case LabelKind.NAME:
            if name := name_at(part.text, label.end, lower=True):
                yield from _name(name, Strength.LABELLED, claims=not name.clinician)
        case LabelKind.SUBJECT:
            colon = part.text[label.end - 1] in ":\uff1a"
            if name := name_at(part.text, label.end, lower=colon):
                person = bool(name.title) or part.labels.close(label.end, _SUBJECT_REACH, _PERSONAL)
                yield from _name(name, Strength.LABELLED, claims=person and not name.clinician)
        case LabelKind.SALUTATION:
            # A surgeon is `Mr` too, so `claims` counts only where no place of a patient's name is near.
            if (name := name_at(part.text, label.end)) and name.title and not name.clinician:
                yield from _name(name, Strength.SHAPED, claims=True)
        case LabelKind.BIRTH:
            if name := name_before(part.text, label.start):
                yield from _name(name, Strength.LABELLED, claims=not name.clinician)
        case _:
            return


def _split_names(part: _Part) -> Iterator[Candidate]:
    """Forms with a field for each: a surname with the forename whose label is next to it."""
    labels = list(part.labelled(LabelKind.SURNAME, LabelKind.FORENAME))
    for one, two in pairwise(labels):
        if one.kind is two.kind or two.start - one.end > _SUBJECT_REACH:
            continue
        first = name_at(part.text, one.end, lower=True, stop=two.start)
        second = name_at(part.text, two.end, lower=True)
        if first and second:
            forename, surname = (first, second) if one.kind is LabelKind.FORENAME else (second, first)
            words = (forename.words[0], " ".join(surname.words))
            yield Candidate(first.start, second.end, tuple(name_readings(words)), Strength.LABELLED, claims=True)


def _name(name: WrittenName, strength: Strength, claims: bool = False) -> Iterator[Candidate]:
    readings = tuple(name_readings(name.words))
    yield Candidate(name.start, name.end, readings, strength, claims and name.proper and bool(readings))


def _postcodes(part: _Part) -> Iterator[Candidate]:
    """By the British shape, or after a label; those of clinics and practices stand everywhere, so few may conflict."""
    for found in _POSTCODE.finditer(part.text):
        if _digits(found[0]):
            label = part.labels.before(found.start(), _ADDRESS_REACH)
            home = label is not None and label.kind is LabelKind.ADDRESS
            strength = Strength.LABELLED if home else Strength.SHAPED
            yield Candidate(found.start(), found.end(), (folded(found[0]),), strength, home)
    for label in part.labelled(LabelKind.ADDRESS):
        code = _LABELLED_POSTCODE.match(part.text, label.end)
        if code and _digits(code[1]):
            readings = dict.fromkeys((folded(code[1]), folded(code[1].split(" ")[0])))
            yield Candidate(code.start(1), code.end(1), tuple(readings), Strength.LABELLED)


def _free(part: _Part, column: str) -> Iterator[Candidate]:
    """After the column's name."""
    words = [re.escape(word) for word in re.split(r"[\W_]+", column) if word]
    label = re.compile(rf"(?<![^\W_]){'[ _-]'.join(words)}(?![^\W_])", re.IGNORECASE)
    for name in label.finditer(part.text) if words else ():
        if found := _LINE.match(part.text, name.end()):
            runs = found[1].split()[:_LONGEST_FREE]
            values = dict.fromkeys(folded(" ".join(runs[:count])) for count in range(len(runs), 0, -1))
            readings = tuple(value for value in values if len(value) >= LEAST_VALUE)
            claims = found[0].lstrip()[:1] in {":", "\uff1a", "|"} and _digits(found[1]) >= _LEAST_DIGITS
            yield Candidate(found.start(1), found.end(1), readings, Strength.LABELLED, claims)


def _free_tokens(part: _Part) -> Iterator[Candidate]:
    for found in _FREE_TOKEN.finditer(part.text):
        said = _digits(found[0]) >= _LEAST_DIGITS or "@" in found[0]
        if said and len(value := folded(found[0].rstrip(".:"))) >= LEAST_VALUE:
            yield Candidate(found.start(), found.end(), (value,))
