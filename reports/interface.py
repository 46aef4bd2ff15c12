"""What every report offers: findings and their kin, written in one form to one stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from findings.reach_records import ReachTold
from findings.results import (
    BucketStanding,
    DocumentToLookAt,
    ExposedLetter,
    FindingDetail,
    FindingRow,
    MetBucket,
    UnitReach,
)

if TYPE_CHECKING:  # a listing starts sooner without
    from findings.about import About
    from findings.incidents import Incident, PeopleExposed


class Report(Protocol):
    """Writes what it is given, in the order in which it is given.

    Unless it was made to reveal, it masks every place and every name inside a file: they can name a patient.
    What a hostile server named is written so that it can steer neither a terminal nor a reader.
    """

    def findings(self, rows: Iterable[FindingRow]) -> None:
        """A list of findings."""

    def finding(self, detail: FindingDetail) -> None:
        """One finding with all that is known of it."""

    def letters(self, rows: Iterable[ExposedLetter]) -> None:
        """Which letters lie open."""

    def incidents(self, rows: Iterable[Incident]) -> None:
        """What is handled as one thing."""

    def people(self, people: PeopleExposed) -> None:
        """How many people and letters lie open."""

    def about(self, known: About) -> None:
        """What is known of an address, a content, a letter, a finding or an incident."""

    def reach(self, rows: Iterable[UnitReach]) -> None:
        """What a sweep looked at, skipped and never got to."""

    def reach_told(self, reach: ReachTold) -> None:
        """How far a sweep saw as a whole, its canary letters, and what is otherwise than before."""

    def to_look_at(self, rows: Iterable[DocumentToLookAt]) -> None:
        """Documents that a person should look at."""

    def buckets(self, rows: Iterable[BucketStanding]) -> None:
        """What anyone can do at buckets. A bucket's name and address are shown: no object is named in them."""

    def buckets_met(self, rows: Iterable[MetBucket]) -> None:
        """Buckets whose addresses were met."""
