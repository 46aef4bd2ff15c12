"""Judges each address that turns up: what is listed, what is fetched, what is skipped and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from posixpath import splitext
from urllib.parse import urlsplit, urlunsplit

from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.listings.addresses import decoded_name
from crawler.shares import LATE, FolderShares
from crawler.traps import repeats
from documents.records import Entry, EntryKind, Skipped, SkipReason
from scope.guard import contains
from scope.model import SiteTarget
from scope.urls import canonical_url, has_credentials, without_credentials

# Endings of pages, made by a server or stored: a link to one is a link, anything else with an ending is a file.
PAGE_SUFFIXES = frozenset(["", ".htm", ".html", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".jsp", ".do", ".cgi"])
# Addresses as written that have had their judgement, so that a menu is judged once and not on each page. Judging one
# takes 0.1 ms of processor, this many take about 4 MB.
REMEMBERED_ADDRESSES = 20_000


class Planner:
    """Decides for one crawl what waits in its queue; the guard decides before each request what may be asked for.

    Args:
        target: addresses outside it are nobody's business here, and leave no record.
        frontier: where places wait.
        depth: links or folders from the start that are followed.
        shares: of the folders in what is fetched first.
    """

    def __init__(self, target: SiteTarget, frontier: Frontier, depth: int, shares: FolderShares) -> None:
        self._target = target
        self._frontier = frontier
        self._depth = depth
        self._shares = shares
        self._folder = urlsplit(canonical_url(target.url)).path.rpartition("/")[0] + "/"
        self._stripped: set[str] = set()
        self._handled: set[str] = set()

    def link(self, address: str, parent: Place, at: str, harvest: Harvest) -> None:
        """A link of a page: absolute, as written. `at` is the page's own URL."""
        if address in self._handled:
            return
        if self._frontier.is_full:
            self._leave_the_rest(at, harvest)
            return
        self._remember(address)
        found = self._inside(address, at, harvest)
        if found is None:
            return
        url, asked = found
        if self._frontier.is_new(url):
            harvest.entries.append(link_entry(url, at))
            self._enqueue(Place(url, asked, at, parent.depth + 1, parent.trail, above=parent.number), harvest)

    def wanted(self, address: str, parent: Place, at: str, harvest: Harvest) -> bool:
        """A file that leads on (a sitemap, a script): fetched whatever its ending says. True where it is planned."""
        found = None if self._frontier.is_full else self._inside(address, at, harvest)
        if found is None or not self._frontier.is_new(found[0]):
            return False
        harvest.entries.append(link_entry(found[0], at))
        self._enqueue(Place(*found, at, parent.depth + 1, parent.trail, above=parent.number), harvest)
        return True

    def note(self, address: str, at: str, harvest: Harvest) -> None:
        """A file that adorns a page: recorded once, not fetched. A link to it is followed all the same."""
        noted = f"noted {address}"
        if noted in self._handled:
            return
        self._remember(noted)
        found = self._inside(address, at, harvest)
        if found is not None:
            harvest.noted.add(found[0])
            harvest.entries.append(link_entry(found[0], at))

    def beyond(self, detail: str, at: str, harvest: Harvest) -> None:
        """One record for all that a page leads to and that a limit leaves out."""
        url = canonical_url(at)
        if not any(skip.url == url and skip.detail == detail for skip in harvest.skips):
            self._skip(url, detail, None, harvest)

    def row(self, entry: Entry, parent: Place, trail: tuple[int, ...], harvest: Harvest) -> None:
        """A row of a listing: recorded always, fetched once."""
        found = self._inside(entry.url, entry.parent, harvest)
        if found is None:
            return
        harvest.entries.append(entry)
        if self._frontier.is_full:
            self._skip(entry.url, "queue", entry.parent, harvest)
        elif self._frontier.is_new(entry.url):
            depth, above = parent.depth + 1, parent.number
            place = Place(entry.url, entry.url, entry.parent, depth, trail, above=above, listed=True)
            self._enqueue(place, harvest)

    def overlong(self, beginnings: Iterable[str], at: str, harvest: Harvest) -> None:
        """The beginnings of addresses too long to follow: one record for a page that has any inside the target."""
        if any(self._is_inside(beginning) for beginning in beginnings):
            harvest.skips.append(Skipped(canonical_url(at), SkipReason.TOO_LARGE, "links_not_read address_length"))

    def self_holding(self, entry: Entry, harvest: Harvest) -> None:
        """A folder in a listing that holds itself: recorded, not entered again."""
        if self._inside(entry.url, entry.parent, harvest) is not None:
            harvest.entries.append(entry)
            if self._frontier.is_new(entry.url):
                self._skip(entry.url, "folder_in_itself", entry.parent, harvest)

    def _inside(self, address: str, at: str | None, harvest: Harvest) -> tuple[str, str] | None:
        """Canonical URL and what to ask for, credentials taken out; None for what is not the target's."""
        try:
            url = canonical_url(address)
            if not contains(self._target, url):
                self._refuse(url, at, harvest)
                return None
            if not has_credentials(address):
                return url, address
            address = without_credentials(address)
            url = canonical_url(address)
        except ValueError:
            return None
        if url not in self._stripped:
            self._stripped.add(url)
            harvest.skips.append(Skipped(url, SkipReason.CREDENTIAL_IN_URL, "asked without it", parent=at))
        return url, address

    def _refuse(self, url: str, at: str | None, harvest: Harvest) -> None:
        """A record where the name lies below the target's folder, yet a server may read it as one that climbs."""
        parts = urlsplit(url)
        folder = urlunsplit((parts.scheme, parts.netloc, self._folder, "", ""))
        if not parts.path.startswith(self._folder) or not contains(self._target, folder):
            return
        if self._frontier.is_full or self._frontier.is_new(url):
            detail = "a name that a server may read as another place"
            harvest.skips.append(Skipped(url, SkipReason.DENIED_BY_GUARD, detail, parent=at))

    def _is_inside(self, address: str) -> bool:
        try:
            return contains(self._target, canonical_url(address))
        except ValueError:
            return False

    def _enqueue(self, place: Place, harvest: Harvest) -> None:
        """Into the queue, unless it is a trap. Whether it acts, the guard alone decides, before it is asked."""
        if place.depth > self._depth:
            self._skip(place.url, "depth", place.parent, harvest)
        elif repeats(place.url):
            self._skip(place.url, "repeating_path", place.parent, harvest)
        else:
            late = is_page(place.url) and not place.listed and self._shares.is_over(place.url)
            self._frontier.push(replace(place, priority=LATE) if late else place)

    def _remember(self, address: str) -> None:
        if len(self._handled) >= REMEMBERED_ADDRESSES:
            self._handled.clear()
        self._handled.add(address)

    def _leave_the_rest(self, at: str, harvest: Harvest) -> None:
        """One record for all links of a page: a site without end must not fill the database either."""
        if harvest.skips and harvest.skips[-1].detail == "queue":
            return
        self._skip(canonical_url(at), "queue", None, harvest)

    @staticmethod
    def _skip(url: str, detail: str, parent: str | None, harvest: Harvest) -> None:
        harvest.skips.append(Skipped(url, SkipReason.BUDGET_SPENT, detail, parent=parent))


def is_page(url: str) -> bool:
    """Is this the address of a page, made by a server or stored, rather than of a file?"""
    return splitext(urlsplit(url).path)[1].lower() in PAGE_SUFFIXES


def link_entry(url: str, at: str) -> Entry:
    """A link as a record: known to be there, nothing more."""
    kind = EntryKind.LINK if is_page(url) else EntryKind.FILE
    return Entry(url=url, kind=kind, name=decoded_name(url), parent=at)
