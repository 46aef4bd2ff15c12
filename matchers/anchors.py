"""Anchors: identifiers registered with a letter, as stretched keyed hashes, and what a document says of them.

An anchor is the first 64 bits of scrypt (n = 64, r = 8: 64 KiB and about 0.2 ms of one core) of a keyed BLAKE2b of kind
and value. Without the key nothing can be computed. With the key and the pack values can be tried, and one pass serves
all letters: the 290 million NHS numbers of the issued ranges cost 17 hours of one core, all 909 million with a valid
check digit 52 hours, 50,000 surnames with 5,000 forenames 14 hours, every date of birth of a century 8 seconds. Many
cores or a graphics card divide that. Stretching delays; it does not protect short values.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from matchers.errors import PackDamagedError
from matchers.identifier_places import Candidate, IdentifierPlaces, Place, Strength, joined_places
from matchers.identifiers import IdentifierError, Kind, registered_values
from matchers.keys import PackKey
from matchers.near_readings import near_readings
from matchers.sensitivity import Category
from matchers.verdicts import AnchorState, Piece, Span

SUBKEY = "anchors"
# The register's column that says what a letter speaks of; no identifier, and not compared with documents.
CATEGORIES = "categories"
# Cost of scrypt; measured 204 microseconds on one core of the machine that the benchmarks name.
_COST = 64
_BLOCK = 8
_VALUE_BYTES = 8
_DIGEST_BYTES = 32

# Values stretched for one document at most: 0.8 seconds. A letter has about 10, a bundle of 40 letters 600.
MOST_STRETCHED = 4000
# Candidates of one kind without a label that are tried for one letter: pairs of capitalised words, dates, numbers.
MOST_LOOSE = 32
# Labelled values that are not the registered one, each tried with every character that may have been misread.
MOST_NEAR = 4
# Readings of each: day and month may stand either way.
NEAR_READINGS = 2
# Code points before a letter's text where its head may stand, if the head is another's or has been masked; and between
# two spans of it. Beyond its end the next letter's head begins: there identifiers may agree, and are no conflict.
BEFORE = 1500
AFTER = 300

# Kinds that name a person, each without the others. A postcode names a household, and twins share it with a surname
# and a date of birth; what free columns name is unknown (a consultant and a clinic agree in every letter). Both are
# stated and settle nothing.
PERSONAL = frozenset({Kind.NHS_NUMBER, Kind.HOSPITAL_NUMBER, Kind.NAME, Kind.DATE_OF_BIRTH})
_NUMBERS = frozenset({Kind.NHS_NUMBER, Kind.HOSPITAL_NUMBER})
_ENOUGH = 2

_BETWEEN = re.compile(r"[;,|]")
_ROW = struct.Struct("<BQ")
ANCHOR_BYTES = _ROW.size
_FIRST_COLUMN = 16
MOST_COLUMNS = 256 - _FIRST_COLUMN
_CODES: Mapping[str, int] = {
    Kind.NHS_NUMBER: 1,
    Kind.HOSPITAL_NUMBER: 2,
    Kind.NAME: 3,
    Kind.DATE_OF_BIRTH: 4,
    Kind.POSTCODE: 5,
}


class AnchorFinding(StrEnum):
    """What the anchors of a letter, taken together, say of whom a document is about."""

    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"
    OPEN = "open"


@dataclass(frozen=True, slots=True, repr=False)
class Anchor:
    """One identifier of a letter.

    Attributes:
        kind: a `Kind`, or the name of a free column.
        value: 64 bits.
    """

    kind: str
    value: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What a document says of a letter's anchors.

    Attributes:
        states: by kind; every registered kind has one.
        cut: kinds that were not looked for everywhere because a bound was reached; `absent` then says less.
    """

    states: Mapping[str, AnchorState]
    cut: frozenset[str]


class Stretcher:
    """Turns values into anchors."""

    def __init__(self, key: PackKey) -> None:
        self._subkey = key.subkey(SUBKEY)

    def stretched(self, kind: str, value: str) -> int:
        """64 bits of a normal form; the same value of two kinds gives two that tell nothing of one another."""
        content = kind.encode() + b"\0" + value.encode()
        secret = hashlib.blake2b(content, digest_size=_DIGEST_BYTES, key=self._subkey).digest()
        raw = hashlib.scrypt(secret, salt=SUBKEY.encode(), n=_COST, r=_BLOCK, p=1, dklen=_VALUE_BYTES)
        return int.from_bytes(raw, "little")


def registered(identifiers: Mapping[str, str], stretcher: Stretcher) -> list[Anchor]:
    """The anchors of one row of a register: column to value, without the columns that name the letter or its file.

    Several rows of one letter (a couple) give several anchors of one kind; any of them may agree.

    Raises:
        IdentifierError: a value can not be read; the text names the column only.
    """
    rest = {column: value for column, value in identifiers.items() if column != CATEGORIES}
    values = [*registered_values(rest), *((CATEGORIES, one) for one in registered_categories(identifiers))]
    return [Anchor(str(kind), stretcher.stretched(kind, value)) for kind, value in values]


def registered_categories(identifiers: Mapping[str, str]) -> tuple[Category, ...]:
    """What a row's column `categories` says: names of `Category`, with spaces or underscores, between ; or , or |.

    Raises:
        IdentifierError: there is no such category; the text does not repeat it.
    """
    named = (name.strip().lower().replace(" ", "_") for name in _BETWEEN.split(identifiers.get(CATEGORIES, "")))
    try:
        return tuple(dict.fromkeys(Category(name) for name in named if name))
    except ValueError:
        raise IdentifierError(f"{CATEGORIES}: a value is none of {', '.join(Category)}") from None


def encoded(anchors: Iterable[Anchor], columns: Sequence[str]) -> bytes:
    """`ANCHOR_BYTES` bytes each, to be sealed with the letter. `columns` are the free columns of the pack, in order.

    Raises:
        ValueError: an anchor's kind is neither a `Kind` nor among the columns.
    """
    codes = {**_CODES, **{column: _FIRST_COLUMN + index for index, column in enumerate(columns[:MOST_COLUMNS])}}
    try:
        return b"".join(_ROW.pack(codes[anchor.kind], anchor.value) for anchor in anchors)
    except KeyError:
        raise ValueError("a kind of anchor has no code") from None


def decoded(raw: bytes, columns: Sequence[str]) -> list[Anchor]:
    """What `encoded` was given.

    Raises:
        PackDamagedError: not what `encoded` gave for these columns.
    """
    kinds = {code: str(kind) for kind, code in _CODES.items()}
    kinds.update((_FIRST_COLUMN + index, column) for index, column in enumerate(columns[:MOST_COLUMNS]))
    try:
        return [Anchor(kinds[code], value) for code, value in _ROW.iter_unpack(raw)]
    except (struct.error, KeyError):
        raise PackDamagedError("the anchors of a letter are damaged, or another letter's salt was used") from None


class DocumentIdentifiers:
    """The identifiers in a document, found and stretched when a letter asks for them, each once."""

    def __init__(self, pieces: Sequence[Piece], stretcher: Stretcher) -> None:
        self.places = IdentifierPlaces(pieces)
        self._stretcher = stretcher
        self._stretched: dict[tuple[str, str], int] = {}

    @property
    def stretched(self) -> int:
        """How many values have been stretched."""
        return len(self._stretched)

    def value(self, kind: str, reading: str) -> int | None:
        """The anchor of a reading; None when `MOST_STRETCHED` others have been made."""
        key = kind, reading
        if key not in self._stretched:
            if len(self._stretched) >= MOST_STRETCHED:
                return None
            self._stretched[key] = self._stretcher.stretched(kind, reading)
        return self._stretched[key]

    def text_of(self, spans: Iterable[Span]) -> list[Place]:
        """The ranges of a letter's spans in code points of the document, with what stands between close ones."""
        reaching = joined_places((start, end + BEFORE) for start, end in map(self.places.place, spans))
        return [(start, end - BEFORE) for start, end in reaching]

    def everywhere(self) -> list[Place]:
        """The whole document."""
        return [(0, self.places.starts[-1])]


def compare(anchors: Iterable[Anchor], document: DocumentIdentifiers, places: Sequence[Place]) -> Compared:
    """What a document says, within some ranges of its code points, of a letter's anchors.

    agree: the value stands there. conflict: another value stands there that says it is the patient's, is readable,
    and is more than one misread character away. absent: neither.
    """
    states, cut = {}, set()
    for kind, wanted in _by_kind(anchors).items():
        search = _Search(document, kind, wanted)
        states[kind] = search.state(places)
        if search.cut:
            cut.add(kind)
    return Compared(states, frozenset(cut))


def compare_letter(anchors: Sequence[Anchor], document: DocumentIdentifiers, spans: Iterable[Span]) -> Compared:
    """What a document says of a letter's anchors where the letter's spans are; then shortly before, then after them."""
    if not anchors:
        return Compared({}, frozenset())
    text = document.text_of(spans)
    found = compare(anchors, document, text)
    for places, final in (
        ([(max(0, start - BEFORE), start) for start, _ in text], {AnchorState.AGREE, AnchorState.CONFLICT}),
        ([(end, end + AFTER) for _, end in text], {AnchorState.AGREE}),
    ):
        open_kinds = {kind for kind, state in found.states.items() if state is AnchorState.ABSENT}
        beside = compare([anchor for anchor in anchors if anchor.kind in open_kinds], document, places)
        states = {kind: state for kind, state in beside.states.items() if state in final}
        found = Compared({**found.states, **states}, (found.cut | beside.cut) - frozenset(states))
    return found


def _by_kind(anchors: Iterable[Anchor]) -> dict[str, set[int]]:
    values: dict[str, set[int]] = {}
    for anchor in anchors:
        if anchor.kind != CATEGORIES:
            values.setdefault(anchor.kind, set()).add(anchor.value)
    return values


def settles(states: Mapping[str, AnchorState]) -> AnchorFinding:
    """Whom the document is about: two kinds that name a person must say the same, and none the contrary.

    Two people may share name and date of birth, and a number be another's by a slip; so a conflict leaves it open,
    unless both numbers agree: then a name has changed. A postcode that agrees forbids `OTHER_PERSON`: in a couple's
    letter that is badly read, what is left to read may all be the partner's.
    """
    agree = {kind for kind in PERSONAL if states.get(kind) is AnchorState.AGREE}
    conflict = {kind for kind in PERSONAL if states.get(kind) is AnchorState.CONFLICT}
    if agree >= _NUMBERS or (len(agree) >= _ENOUGH and not conflict):
        return AnchorFinding.SAME_PERSON
    same_home = states.get(Kind.POSTCODE) is AnchorState.AGREE
    if len(conflict) >= _ENOUGH and not agree and not same_home:
        return AnchorFinding.OTHER_PERSON
    return AnchorFinding.OPEN


class _Search:
    """Looks for one kind of a letter's identifiers."""

    def __init__(self, document: DocumentIdentifiers, kind: str, wanted: set[int]) -> None:
        self._document = document
        self._kind = kind
        self._wanted = wanted
        self.cut = False

    def state(self, places: Sequence[Place]) -> AnchorState:
        firm, all_firm = self._document.places.candidates(self._kind, places, loose=False)
        if self._stands(firm):
            return AnchorState.AGREE
        loose, all_loose = self._document.places.candidates(self._kind, places, loose=True)
        if self._stands(loose[:MOST_LOOSE]):
            return AnchorState.AGREE
        claims = _claims(firm)
        near = self._near(claims)
        tried = all_firm and not self.cut
        self.cut = not (tried and all_loose and len(loose) <= MOST_LOOSE)
        if near:
            return AnchorState.AGREE if self._kind == Kind.NHS_NUMBER else AnchorState.ABSENT
        conflict = tried and claims and all(one.readings for one in claims)
        return AnchorState.CONFLICT if conflict else AnchorState.ABSENT

    def _stands(self, candidates: Iterable[Candidate]) -> bool:
        return any(self._is_wanted(reading) for one in candidates for reading in one.readings)

    def _near(self, claims: Sequence[Candidate]) -> bool:
        """Is one of these the registered value but for a character? A mended check digit is proof of it."""
        self.cut = self.cut or len(claims) > MOST_NEAR
        tried = [reading for one in claims[:MOST_NEAR] for reading in (*one.readings[:NEAR_READINGS], one.damaged)]
        near = (value for reading in tried for value in near_readings(self._kind, reading))
        return any(map(self._is_wanted, near))

    def _is_wanted(self, reading: str) -> bool:
        value = self._document.value(self._kind, reading)
        self.cut = self.cut or value is None
        return value in self._wanted


def _claims(candidates: Sequence[Candidate]) -> list[Candidate]:
    """What says that it is the patient's: labelled places, and only where there are none, a salutation."""
    labelled = [one for one in candidates if one.strength is Strength.LABELLED]
    return [one for one in labelled or candidates if one.claims]
