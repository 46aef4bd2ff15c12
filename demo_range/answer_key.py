"""The answer key: every place of the range, what is planted there and what a sweep should say of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from urllib.parse import quote

from demo_range.rendering import Format


class Area(StrEnum):
    """Which kind of server holds a place."""

    SITE = "site"
    OPEN_DIRECTORY = "open_directory"
    BUCKET = "bucket"
    FTP = "ftp"


class Form(StrEnum):
    """In what form known letters were planted."""

    WHOLE = "whole"
    EXCERPT = "excerpt"
    RETYPED = "retyped"
    BUNDLE = "bundle"


class Decoy(StrEnum):
    """What a place without a known letter holds instead."""

    BLANK_TEMPLATE = "blank_template"
    LEAFLET = "leaflet"
    OTHER_PATIENT = "other_patient"
    UNRELATED = "unrelated"


class Expected(StrEnum):
    """What the verdict on a place should be, if it can be reached."""

    KNOWN_LETTER = "known_letter"
    NOT_KNOWN_LETTER = "not known_letter"


@dataclass(frozen=True, slots=True)
class Place:
    """One planted file or object.

    Attributes:
        area: the kind of server.
        root: `site`, `open`, `ftp`, or the bucket's name.
        path: below the root, decoded, with slashes.
        format: its file format.
        letter_ids: the known letters in it, in order; empty for a decoy.
        form: in what form they are there; None for a decoy.
        decoy: what it is instead; None where known letters are.
        reachable: can anyone who has the scope's targets and known keys read it without a credential?
    """

    area: Area
    root: str
    path: str
    format: Format
    letter_ids: tuple[str, ...] = ()
    form: Form | None = None
    decoy: Decoy | None = None
    reachable: bool = True

    @property
    def expected(self) -> Expected:
        """The verdict that the file deserves."""
        return Expected.KNOWN_LETTER if self.letter_ids else Expected.NOT_KNOWN_LETTER

    @property
    def url_suffix(self) -> str:
        """The path as it stands in a URL, without a leading slash."""
        return quote(self.path, safe="/-_.~")


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """All places of one range."""

    places: tuple[Place, ...]

    @property
    def planted(self) -> tuple[Place, ...]:
        """Reachable places that hold known letters: what a sweep must find."""
        return tuple(place for place in self.places if place.reachable and place.letter_ids)

    @property
    def decoys(self) -> tuple[Place, ...]:
        """Reachable places that a sweep must not take for known letters."""
        return tuple(place for place in self.places if place.reachable and not place.letter_ids)

    @property
    def exposed_letter_ids(self) -> frozenset[str]:
        """Letters that anyone can read somewhere in the range."""
        return frozenset(letter_id for place in self.planted for letter_id in place.letter_ids)

    def to_json(self) -> str:
        """All places with their expected verdicts, as a JSON array."""
        return json.dumps([{**asdict(place), "expected": place.expected} for place in self.places], indent=1)
