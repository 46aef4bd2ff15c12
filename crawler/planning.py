"""Judges each address that turns up: what is listed, what is fetched, what is skipped and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from posixpath import splitext
from urllib.parse import urlsplit, urlunsplit

from crawler.frontier import Frontier, Place
from crawler.items import Harvest
from crawler.listings.addresses import decoded_name
from crawler.listings.listing import Listing
from crawler.shares import LATE, FolderShares
from crawler.traps import holds_itself, repeats
from documents.records import Entry, EntryKind, Skipped, SkipReason
from fetching.memory import NO_MEMORY, Memory
from fetching.ranking import Rank, Ranking
from fetching.selection import Worth, worth
from scope.guard import contains
from scope.model import Limits, SiteTarget
from scope.urls import canonical_url, has_credentials, without_credentials

# Endings of pages, made by a server or stored: a link to one is a link, anything else with an ending is a file.
PAGE_SUFFIXES = frozenset(["", ".htm", ".html", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".jsp", ".do", ".cgi"])
# Addresses as written that have had their judgement, so that a menu is judged once and not on each page. Judging one
# takes 0.1 ms of processor, this many take about 4 MB.
REMEMBERED_ADDRESSES = 20_000
# Names that no server reads as another place. A row that has one, in a folder that is known to be the target's, is
# judged in 1 µs instead of 50.
_PLAIN_NAME = re.compile(r"(?:%20|[A-Za-z0-9_~-])(?:\.?(?:%20|[A-Za-z0-9_~-]))*+/?")


class Met(StrEnum):
    """How an address of a page was met: what is done with it where the page is not read again."""

    LINK = "l"
    # A file that leads on: a sitemap, a script.
    WANTED = "w"
    # A file that adorns.
    NOTED = "n"


class Planner:
    """Decides for one crawl what waits in its queue; the guard decides before each request what may be asked for.

    Args:
        target: addresses outside it are nobody's business here, and leave no record.
        frontier: where places wait.
        limits: depth (links or folders from the start), body size (bytes), requests.
        memory: which rows of listings need not be asked for.
        hears: recordings are known, so sound is of interest.
    """

    def __init__(
        self,
        target: SiteTarget,
        frontier: Frontier,
        limits: Limits,
        memory: Memory = NO_MEMORY,
        *,
        hears: bool = False,
    ) -> None:
        self._memory = memory
        self._hears = hears
        self._target = target
        self._frontier = frontier
        self._depth = limits.depth
        self._body_bytes = limits.body_bytes
        self._ranking = Ranking(limits.requests)
        self._shares = FolderShares(limits.requests)
        self._known_folder = ""
        self._folder = urlsplit(canonical_url(target.url)).path.rpartition("/")[0] + "/"
        self._stripped: set[str] = set()
        # Is it inside the target?
        self._handled: dict[str, bool] = {}

    def link(self, address: str, parent: Place, at: str, harvest: Harvest) -> None:
        """A link of a page: absolute, as written. `at` is the page's own URL."""
        if (is_inside := self._handled.get(address)) is not None:
            if is_inside:
                harvest.led_to.append((Met.LINK, address))
            return
        if self._frontier.is_full:
            self._leave_the_rest(at, harvest)
            return
        found = self._inside(address, at, harvest)
        self._remember(address, found is not None)
        if found is None:
            return
        harvest.led_to.append((Met.LINK, address))
        url, asked = found
        if self._frontier.is_new(url):
            entry = link_entry(url, at)
            harvest.entries.append(entry)
            judged = worth(entry, hears=self._hears)
            if judged.priority is not None:
                rank, depth = self._ranking.rank(judged.priority), parent.depth + 1
                self._enqueue(
                    Place(url, asked, at, depth, parent.trail, rank, parent.number, head=judged.head_only), harvest
                )

    def wanted(self, address: str, parent: Place, at: str, harvest: Harvest) -> bool:
        """A file that leads on (a sitemap, a script): fetched whatever its ending says. True where it is planned."""
        found = None if self._frontier.is_full else self._inside(address, at, harvest)
        if found is not None:
            harvest.led_to.append((Met.WANTED, address))
        if found is None or not self._frontier.is_new(found[0]):
            return False
        harvest.entries.append(link_entry(found[0], at))
        place = Place(*found, at, parent.depth + 1, parent.trail, Rank.PAGE, above=parent.number)
        self._enqueue(place, harvest)
        return True

    def note(self, address: str, at: str, harvest: Harvest) -> None:
        """A file that adorns a page: recorded once, not fetched. A link to it is followed all the same."""
        noted = f"noted {address}"
        if (is_inside := self._handled.get(noted)) is not None:
            if is_inside:
                harvest.led_to.append((Met.NOTED, address))
            return
        found = self._inside(address, at, harvest)
        self._remember(noted, found is not None)
        if found is not None:
            harvest.led_to.append((Met.NOTED, address))
            harvest.noted.add(found[0])
            harvest.entries.append(link_entry(found[0], at))

    def again(self, addresses: Iterable[tuple[str, str]], parent: Place, at: str, harvest: Harvest) -> None:
        """What a page led to when it was read last; it has not been modified since."""
        for how, address in addresses:
            match how:
                case Met.WANTED:
                    self.wanted(address, parent, at, harvest)
                case Met.NOTED:
                    self.note(address, at, harvest)
                case _:
                    self.link(address, parent, at, harvest)

    def beyond(self, detail: str, at: str, harvest: Harvest) -> None:
        """One record for all that a page leads to and that a limit leaves out."""
        url = canonical_url(at)
        if not any(skip.url == url and skip.detail == detail for skip in harvest.skips):
            self._skip(url, detail, None, harvest)

    def rows(self, listing: Listing, parent: Place, harvest: Harvest) -> None:
        """All rows of a listing, and the page on which it goes on."""
        digest = listing.digest
        looped = holds_itself(digest, parent.trail)
        trail = (*parent.trail, digest)
        for entry in listing.entries:
            if looped and entry.kind is EntryKind.DIRECTORY:
                self.self_holding(entry, harvest)
            else:
                self.row(entry, parent, trail, harvest)
        if listing.unread:
            detail = f"listing_rows {listing.unread}"
            harvest.skips.append(Skipped(parent.url, SkipReason.UNREADABLE, detail, parent=parent.parent))
        if listing.next_url is not None:
            self._go_on(listing, listing.next_url, parent, harvest)

    def row(self, entry: Entry, parent: Place, trail: tuple[int, ...], harvest: Harvest) -> None:
        """A row of a listing: recorded always, fetched once if it is worth it."""
        if not self._row_is_inside(entry, harvest):
            return
        harvest.entries.append(entry)
        judged = worth(entry, hears=self._hears)
        if judged.priority is None:
            return
        if self._is_too_large(entry, judged):
            if self._frontier.is_new(entry.url):
                harvest.skips.append(Skipped(entry.url, SkipReason.TOO_LARGE, "listed_size", parent=entry.parent))
        elif self._frontier.is_full:
            self._skip(entry.url, "queue", entry.parent, harvest)
        elif self._frontier.is_new(entry.url):
            rank, depth = self._ranking.rank(judged.priority), parent.depth + 1
            if depth <= self._depth and (known := self._memory.by_listing(entry)) is not None:
                harvest.entries[-1] = replace(entry, unchanged=known)
                return
            url, above, head = entry.url, parent.number, judged.head_only
            self._enqueue(Place(url, url, entry.parent, depth, trail, rank, above, listed=True, head=head), harvest)

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

    def _go_on(self, listing: Listing, address: str, parent: Place, harvest: Harvest) -> None:
        """The next page of a listing that comes in pages, as long as each brings a row that those before had not."""
        found = self._inside(address, parent.url, harvest)
        brought_new = any(self._frontier.are_new([f"row {entry.url}" for entry in listing.entries]))
        if found is None or not self._frontier.is_new(found[0]):
            return
        if brought_new:
            # No deeper: a listing is one folder, whatever the number of its pages.
            place = Place(*found, parent.url, parent.depth, parent.trail, Rank.LETTER_FOLDER, above=parent.number)
            self._enqueue(place, harvest)
        else:
            self._skip(found[0], "endless_listing", parent.url, harvest)

    def _is_too_large(self, entry: Entry, judged: Worth) -> bool:
        if entry.size is None or judged.head_only:
            return False
        return entry.size - entry.size_error > self._body_bytes

    def _row_is_inside(self, entry: Entry, harvest: Harvest) -> bool:
        url = entry.url
        cut = url.rfind("/", 0, -1) + 1
        folder = url[:cut]
        is_plain = _PLAIN_NAME.fullmatch(url, cut) is not None
        if is_plain and folder == self._known_folder:
            return True
        if self._inside(url, entry.parent, harvest) is None:
            return False
        if is_plain and self._is_inside(folder) and not has_credentials(folder):
            self._known_folder = folder
        return True

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

    def _remember(self, address: str, is_inside: bool) -> None:
        if len(self._handled) >= REMEMBERED_ADDRESSES:
            self._handled.clear()
        self._handled[address] = is_inside

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
