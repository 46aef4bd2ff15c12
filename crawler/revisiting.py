"""Places that earlier sweeps know: asked whether they have changed, and followed on as they were where they have not.

A page that is not read again leads to where it led: the memory keeps its links. What can not be replayed (a listing, a
page that a browser drew, one that brought nothing new among many alike) is read each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from scrapy.http import Headers, Response

from crawler.crawl import Crawl
from crawler.items import Harvest
from crawler.listings.addresses import decoded_name
from crawler.middlewares.rendering import RENDERED
from crawler.places import Place
from crawler.planning import Planner, is_page
from documents.exposure import Truth
from documents.records import Entry, EntryKind, Skipped
from documents.unchanged import Gap, LedTo
from fetching.memory import NOT_MODIFIED, NotModified
from scope.urls import canonical_url

_CONDITIONS: Final = ("If-None-Match", "If-Modified-Since")
# Of a refusal to send a file again, what it says of the file.
_SAID: Final = ("etag", "last-modified")


def conditions_at(crawl: Crawl, url: str) -> dict[str, str] | None:
    """Headers by which to ask whether a place has changed; None for a plain request."""
    if crawl.target.render:
        return None
    conditions = crawl.errand.memory.conditions(url)
    return None if conditions is None else dict(conditions)


def with_conditions_at(crawl: Crawl, url: str, headers: Headers) -> Headers:
    """A hop's headers: what was asked of one place says nothing of another."""
    changed = headers.copy()
    for name in _CONDITIONS:
        changed.pop(name, None)
    with suppress(ValueError):  # no URL: the guard says so
        changed.update(conditions_at(crawl, canonical_url(url)) or {})
    return changed


def was_asked(response: Response) -> bool:
    """Does it answer a question whether the place has changed, with no?"""
    request = response.request
    asked = request is not None and any(name in request.headers for name in _CONDITIONS)
    return asked and response.status == NOT_MODIFIED


def known_of(crawl: Crawl, response: Response) -> NotModified | None:
    """What is known of a place that has not been modified; None where it must be asked for whole."""
    said: Mapping[str, str] = {
        name: value.decode("latin-1") for name in _SAID if (value := response.headers.get(name)) is not None
    }
    return crawl.errand.memory.not_modified(canonical_url(response.url), said)


def take_unchanged(known: NotModified, url: str, place: Place, planner: Planner, harvest: Harvest) -> None:
    """Record a place that has not been modified, and plan what it led to."""
    kind = EntryKind.LINK if is_page(url) else EntryKind.FILE
    parent = place.parent if url == place.url else place.url
    harvest.entries.append(Entry(url, kind, decoded_name(url), parent=parent, selected=True, unchanged=known.unchanged))
    for gap in known.led_to.gaps:
        harvest.skips.append(Skipped(url, gap.reason, gap.detail, parent=place.parent))
    planner.again(known.led_to.addresses, place, url, harvest)


def led_to(crawl: Crawl, response: Response, place: Place, harvest: Harvest, *, page: bool) -> LedTo | None:
    """Where an answer led, as the memory keeps it; None where it has to be read each time."""
    url = canonical_url(response.url)
    is_listing = (harvest.is_listing is not Truth.NO and page) or harvest.is_listing is Truth.YES
    if is_listing or place.is_guess or RENDERED in response.meta or crawl.near_duplicates.is_barren(place.url):
        return None
    own = [skipped for skipped in harvest.skips if skipped.url == url and not skipped.member]
    gaps = tuple(Gap(skipped.reason, skipped.detail) for skipped in own)
    return LedTo(tuple(dict.fromkeys(harvest.led_to)), page, gaps)
