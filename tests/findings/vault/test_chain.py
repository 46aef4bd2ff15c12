"""The chain: what it shows, and what it can not show alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findings.vault.chain import (
    Action,
    Break,
    Deed,
    Head,
    breaks_of,
    digest_of,
    event_of,
    head_of,
    line_of,
    parsed_head,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def chain(length: int) -> list[bytes]:
    lines: list[bytes] = []
    for number in range(length):
        lines.append(line_of(Deed(Action.CAPTURED, "ann", f"reason {number}", f"id-{number}"), AT, head_of(lines)))
    return lines


def test_a_chain_holds_and_can_be_followed_by_hand() -> None:
    lines = chain(4)
    assert not list(breaks_of(lines))
    assert json.loads(lines[0])["previous"] == "0" * 64
    assert [json.loads(line)["previous"] for line in lines[1:]] == [digest_of(line) for line in lines[:-1]]
    assert head_of(lines) == Head(4, digest_of(lines[3])) == parsed_head(str(head_of(lines)))


def test_each_change_in_the_midst_shows_where_it_is() -> None:
    lines = chain(5)
    altered = [*lines[:1], lines[1].replace(b"ann", b"bob"), *lines[2:]]
    assert list(breaks_of(altered)) == [Break(3, "does_not_follow")]
    removed = [*lines[:1], *lines[2:]]
    assert list(breaks_of(removed)) == [Break(2, "does_not_follow"), *(Break(n, "misnumbered") for n in (3, 4))]
    swapped = [lines[0], lines[2], lines[1], *lines[3:]]
    assert [broken.number for broken in breaks_of(swapped)] == [2, 3, 4]
    assert next(broken.number for broken in breaks_of([*lines[:2], lines[1], *lines[2:]])) == 3


def test_what_is_cut_from_the_end_does_not_show_in_the_chain_itself() -> None:
    assert not list(breaks_of(chain(5)[:3]))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[1]",
        b"{",
        b'"text"',
        b"\xff\xfe",
        b'{"number": true}',
        json.dumps({"number": 1, "at": "2026-03-01T00:00:00", "action": "captured", "by": "", "reason": "",
                    "evidence_id": "", "details": {}, "previous": ""}).encode(),
        json.dumps({"number": 1, "at": "2026-03-01T00:00:00+00:00", "action": "invented", "by": "", "reason": "",
                    "evidence_id": "", "details": {}, "previous": ""}).encode(),
        json.dumps({"number": 1, "at": "2026-03-01T00:00:00+00:00", "action": "captured", "by": 7, "reason": "",
                    "evidence_id": "", "details": {}, "previous": ""}).encode(),
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_line_of_ours_is_none(line: bytes) -> None:
    assert event_of(line) is None
    assert [broken.what for broken in breaks_of([line])] == ["malformed" if b'"captured"' in line else "unreadable"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-01T00:00:00"])
def test_a_time_outside_the_calendar_is_told_as_a_line_that_is_none_of_ours(at: str) -> None:
    first = chain(1)[0]
    line = json.dumps(json.loads(first) | {"at": at}).encode()
    assert event_of(line) is None
    assert list(breaks_of([line, *chain(2)[1:]])) == [Break(1, "malformed"), Break(2, "does_not_follow")]


@settings(max_examples=60, deadline=None)
@given(by=st.text(max_size=40), reason=st.text(max_size=200))
def test_whatever_people_write_a_line_is_one_line_of_ascii(by: str, reason: str) -> None:
    line = line_of(Deed(Action.OPENED, by, reason + "\ud800\n\x1b[2J\u202e", "id"), AT, Head())
    assert line.isascii()
    assert b"\n" not in line
    event = event_of(line)
    assert event is not None
    assert event.deed.by == by
    assert event.at == AT


def test_a_reason_of_a_megabyte_is_cut() -> None:
    assert len(line_of(Deed(Action.OPENED, "a", "x" * (1 << 20)), AT, Head())) < 2_000


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 64, "-1:" + "0" * 64, "\u0661:" + "0" * 64])
def test_what_is_no_head_is_none(text: str) -> None:
    assert parsed_head(text) is None
