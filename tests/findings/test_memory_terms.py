"""How long what is remembered is believed, and which dates tell one version of a file from the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from documents.records import Entry, EntryKind
from findings.memory_journal import NEVER
from findings.memory_terms import is_due, safe_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


def read(ago: timedelta) -> int:
    return int((NOW - ago).timestamp())


def listed(modified: datetime | None, *, size: int | None = 9, tag: str = "") -> Entry:
    return Entry("http://files.example.org/a", EntryKind.FILE, "a", size=size, modified=modified, tag=tag)


def test_a_place_is_due_after_the_month_or_somewhat_earlier_and_where_a_clock_was_set() -> None:
    assert not is_due(0, read(timedelta(0)), NOW, MONTH)
    assert not is_due(0, read(MONTH) + 1, NOW, MONTH)
    assert is_due(0, read(MONTH), NOW, MONTH)
    # Places do not all come due on one day: the last of them after three quarters of the time.
    assert is_due(-1, read(MONTH * 0.76), NOW, MONTH)
    assert not is_due(-1, read(MONTH * 0.74), NOW, MONTH)
    assert is_due(0, read(timedelta(seconds=-1)), NOW, MONTH), "read in the future"


def test_a_date_tells_versions_apart_once_clocks_and_zones_can_not_deceive() -> None:
    changed = datetime(2026, 2, 1, 10, tzinfo=UTC)
    moment = int(changed.timestamp())
    # Clocks may differ by an hour; a date without a zone may be 26 hours off, and one that is a day 24 more.
    assert safe_at(listed(changed)) == moment + 3_600
    assert safe_at(listed(changed.astimezone(timezone(timedelta(hours=9))))) == moment + 3_600
    assert safe_at(listed(changed.replace(tzinfo=None))) == moment + 50 * 3_600
    assert safe_at(listed(changed, tag="e1")) == 0, "a tag changes with the bytes"
    assert safe_at(listed(None)) == safe_at(listed(changed, size=None)) == NEVER
    assert safe_at(listed(datetime.max.replace(tzinfo=UTC))) == NEVER
