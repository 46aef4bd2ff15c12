"""What a Mac leaves beside each file of an archive or a share ("._letter.pdf", ".DS_Store"): icons, places, no text."""

from __future__ import annotations

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Problem

# Bytes up to which it is what it says; those of a whole folder's icons have some ten thousand. More may hide something.
MOST_BYTES = 256 << 10


def read_mac_metadata(data: bytes, budget: Budget) -> Content:
    """Nothing: an archive made on a Mac is not partial because half of its members are such."""
    del budget
    if len(data) <= MOST_BYTES:
        return Content()
    return Content(problems=(Problem(SkipReason.UNSUPPORTED_TYPE, "", "a Mac's metadata, of unlikely size"),))
