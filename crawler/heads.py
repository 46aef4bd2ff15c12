"""Places of which the first bytes say enough: a dictation's header tells whose it is, and nobody's voice is fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from scrapy.http import Response

from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.listings.addresses import decoded_name
from documents.dictation import HEADER_BYTES
from documents.records import SkipReason
from fetching.recordings import is_to_be_heard, told_by_head
from fetching.statuses import reason_of_status

# Key in a request's meta: no more than HEADER_BYTES are read of the answer.
HEAD: Final = "head"
# Only plain bytes have a beginning; packed ones that are cut can not be read.
HEAD_REQUEST: Final = {"Range": f"bytes=0-{HEADER_BYTES - 1}", "Accept-Encoding": "identity"}
# An answer that announces gigabytes is cut off, and not refused for its size.
HEAD_META: Final = {HEAD: True, "download_maxsize": 0}

_PARTIAL, _NO_SUCH_RANGE = 206, 416
_FROM_THE_START = re.compile(r"\s*bytes\s+0-\d+/(\d+|\*)\s*", re.IGNORECASE)


def refusal_of_head(response: Response) -> tuple[SkipReason, str] | None:
    """Why an answer does not hold the first bytes, or None."""
    match response.status:
        case status if status == _PARTIAL:
            return None if _content_range(response) else (SkipReason.TRUNCATED, "http_206")
        case status if status == _NO_SUCH_RANGE:
            return SkipReason.UNREADABLE, "no_first_bytes"
        case status:
            return reason_of_status(status)


def take_head(response: Response, place: Place, frontier: Frontier, harvest: Harvest, heard: int = 0) -> None:
    """Record what the first bytes say; a file that is no sound after all waits again, to be fetched whole.

    So does a recording of at most `heard` bytes, to be held against known ones.
    """
    size = _size(response)
    told = told_by_head(response.body, place.url, decoded_name(place.url), size, place.parent)
    if told is None:
        frontier.push(replace(place, head=False))
        return
    harvest.entries += told[0]
    if heard and is_to_be_heard(response.body, size, heard):
        frontier.push(replace(place, head=False))
        return
    harvest.skips.append(told[1])


def _content_range(response: Response) -> re.Match[str] | None:
    return _FROM_THE_START.fullmatch((response.headers.get("Content-Range") or b"").decode("latin-1"))


def _size(response: Response) -> int | None:
    """Of the whole file, as the answer tells it."""
    told = _content_range(response)
    if told is not None:
        return int(told[1]) if told[1].isdigit() else None
    length = (response.headers.get("Content-Length") or b"").decode("latin-1")
    return int(length) if length.isdigit() else None
