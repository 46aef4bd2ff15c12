"""Recordings that tell what a recorder's would."""

from __future__ import annotations

from datetime import UTC, datetime

from demo_range.recordings import dss_recording
from documents.dictation import DictationFormat, read_dictation_header


def test_a_recording_has_the_header_of_a_recorder() -> None:
    started = datetime(2024, 6, 14, 9, 12, tzinfo=UTC)
    header = read_dictation_header(dss_recording("HOLLIS4417", started, 95, "clinic"))
    assert header is not None
    assert (header.format, header.author, header.comment) == (DictationFormat.DSS, "HOLLIS4417", "clinic")
    assert (header.started, header.seconds) == (started.replace(tzinfo=None), 95)
