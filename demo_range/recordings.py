"""Dictations without sound: what lies beside transcripts at a typing bureau."""

from __future__ import annotations

from datetime import datetime, timedelta

# The header of a DSS file ends here; the rest is sound, and ours is silence.
_HEADER_BYTES = 0x600
_MAGIC = b"\x02dss"
_AUTHOR, _STARTED, _COMMENT = 0x0C, 0x26, 0x31E
_SOUND_BYTES = 4 << 10


def dss_recording(author: str, started: datetime, seconds: int, comment: str = "") -> bytes:
    """A DSS file as a hand-held recorder writes it: whose, from when to when, and nothing to be heard."""
    recording = bytearray(_HEADER_BYTES + _SOUND_BYTES)
    recording[: len(_MAGIC)] = _MAGIC
    times = f"{started:%y%m%d%H%M%S}{started + timedelta(seconds=seconds):%y%m%d%H%M%S}"
    for place, text, room in ((_AUTHOR, author, 16), (_STARTED, times, 24), (_COMMENT, comment, 64)):
        recording[place : place + room] = text.encode("cp1252", "replace")[:room].ljust(room, b"\0")
    return bytes(recording)
