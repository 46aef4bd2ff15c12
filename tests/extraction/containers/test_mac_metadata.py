from __future__ import annotations

from documents.records import SkipReason
from extraction.containers.mac_metadata import MOST_BYTES
from extraction.reader import extract

HEAD = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


def test_what_a_mac_leaves_beside_files_is_nothing_unless_it_is_large() -> None:
    small, large = extract(HEAD + bytes(4000)), extract(HEAD + bytes(MOST_BYTES))
    assert (small.media_type, small.pieces, small.partial) == ("application/applefile", (), False)
    assert [problem.reason for problem in large.problems] == [SkipReason.UNSUPPORTED_TYPE]
