"""What an answer of a site leads to besides links and rows: sitemaps, pictures, scripts, data, headers."""

from __future__ import annotations

import re
from posixpath import splitext
from urllib.parse import urlsplit, urlunsplit

from lxml import etree
from scrapy.http import Headers

from crawler.crawl import Crawl
from crawler.frontier import GUESSED_SITEMAP, Place
from crawler.items import Harvest
from crawler.likeness import words_of
from crawler.markup import media_type
from crawler.pages import base_url, joined, links_of_headers, scripts_of
from crawler.pictures import pictures_of
from crawler.planning import Planner, link_entry
from crawler.script_links import addresses_of_script
from crawler.sitemaps import Sitemap, read_sitemap
from documents.exposure import Truth
from documents.records import Skipped, SkipReason
from scope.urls import DOCUMENT_SUFFIXES, canonical_url

# Endings of what may be a letter, or hold some.
LETTERS = DOCUMENT_SUFFIXES - frozenset([".htm", ".html", ".json", ".md", ".xml"])
# Sitemaps that one unit reads: as many as hold ten million addresses, which no budget reaches.
MOST_SITEMAPS = 200
# Scripts of one unit that are looked through, and the largest, bytes. A site has ten or twenty of its own; what is
# larger is a bundle of libraries, and a request for each of its routes would be a guess.
MOST_SCRIPTS = 30
SCRIPT_BYTES = 1 << 20
# Scripts that many sites share: they know no address of this one.
_LIBRARY = re.compile(
    r"(?:^|[/._-])(?:analytics|angular|bootstrap|d3|fontawesome|gtag|gtm|jquery|lodash|modernizr|moment|polyfills?"
    r"|popper|react|require|underscore|vue|wp-(?:embed|emoji-release))(?:[._-]|$)",
    re.IGNORECASE,
)
_SCRIPT_TYPES = frozenset(["text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript"])


# Ends of a guessed place that leave no record: it is not there, or nobody came to look.
NOT_MISSED = frozenset(
    [
        SkipReason.NOT_FOUND,
        SkipReason.ACCESS_DENIED,
        SkipReason.ROBOTS,
        SkipReason.INTERRUPTED,
        SkipReason.BUDGET_SPENT,
    ]
)


class Leads:
    """Finds them for one crawl and has them planned.

    Args:
        crawl: whose places they become.
        planner: judges each.
    """

    def __init__(self, crawl: Crawl, planner: Planner) -> None:
        self._crawl = crawl
        self._planner = planner
        self._sitemaps = 0
        self._scripts = 0

    def of_start(self, place: Place, harvest: Harvest, *, answered: bool) -> None:
        """The sitemaps that robots.txt names, read by now, and the one that every site which answers may have."""
        for origin, rules in self._crawl.robots.items():
            for address in rules.sitemaps:
                self._sitemap(address, place, f"{origin}/robots.txt", harvest)
        start = urlsplit(place.url)
        if answered and start.path.count("/") == 1:
            url = canonical_url(urlunsplit((start.scheme, start.netloc, GUESSED_SITEMAP, "", "")))
            if self._crawl.frontier.is_new(url):
                self._crawl.frontier.push(Place(url, url, None, place.depth + 1, above=place.number))

    def of_page(self, tree: etree._Element, url: str, place: Place, harvest: Harvest) -> None:
        """Pictures that may be letters are planned, others noted; so are scripts."""
        base = base_url(tree, url)
        for written, may_be_letter in pictures_of(tree):
            for address in joined([written], base):
                if may_be_letter:
                    self._planner.link(address, place, url, harvest)
                else:
                    self._planner.note(address, url, harvest)
        for address in scripts_of(tree, url):
            if self._scripts < MOST_SCRIPTS and not _LIBRARY.search(urlsplit(address).path.rpartition("/")[2]):
                self._scripts += self._planner.wanted(address, place, url, harvest)
            else:
                self._planner.note(address, url, harvest)

    def judge(self, tree: etree._Element, place: Place, harvest: Harvest) -> None:
        """Tell those who watch for traps what a page said and led to."""
        found = [entry.url for entry in harvest.entries if entry.url not in harvest.noted]
        documents = any(splitext(urlsplit(url).path)[1].lower() in LETTERS for url in found)
        self._crawl.near_duplicates.saw(place.url, lambda: words_of(tree), found, documents=documents)

    def of_headers(self, headers: Headers, url: str, place: Place, harvest: Harvest) -> None:
        """Addresses in `Link` and `Refresh`."""
        links = [value.decode("latin-1") for value in headers.getlist("Link")]
        refresh = headers.get("Refresh")
        if links or refresh:
            told = refresh.decode("latin-1") if refresh else None
            for address in links_of_headers(links, told, url):
                self._planner.link(address, place, url, harvest)

    def of_file(self, body: bytes, content_type: str, url: str, place: Place, harvest: Harvest) -> None:
        """Addresses in a sitemap, a feed, a script or data in JSON."""
        path = urlsplit(url).path
        sitemap = read_sitemap(body, path.rpartition("/")[2])
        if sitemap is not None:
            if place.is_guess:
                harvest.entries.append(link_entry(place.url, place.url))
            self._of_sitemap(sitemap, url, place, harvest)
            return
        kind = media_type(content_type)
        if kind in _SCRIPT_TYPES or path.endswith((".js", ".mjs")):
            # In a script, addresses are relative to the page that it runs in.
            self._of_text(body, place.parent or url, url, place, harvest)
        elif kind.endswith("json") or (path.endswith(".json") and body.lstrip()[:1] in (b"{", b"[")):
            self._of_text(body, url, url, place, harvest)

    def _of_text(self, body: bytes, base: str, at: str, place: Place, harvest: Harvest) -> None:
        if len(body) > SCRIPT_BYTES:
            detail = "links_not_read"
            harvest.skips.append(Skipped(canonical_url(at), SkipReason.TOO_LARGE, detail, parent=place.parent))
            return
        for address in joined(addresses_of_script(body.decode("utf-8", "replace")), base):
            self._planner.link(address, place, at, harvest)

    def _of_sitemap(self, sitemap: Sitemap, url: str, place: Place, harvest: Harvest) -> None:
        if sitemap.is_whole and not sitemap.is_feed:
            harvest.is_listing = Truth.YES
        for row in sitemap.rows:
            for address in joined([row.address], url):
                if row.is_sitemap:
                    self._sitemap(address, place, url, harvest)
                else:
                    self._planner.link(address, place, url, harvest)
        if not sitemap.is_whole:
            harvest.skips.append(
                Skipped(canonical_url(url), SkipReason.TRUNCATED, "links_not_read", parent=place.parent)
            )

    def _sitemap(self, address: str, place: Place, at: str, harvest: Harvest) -> None:
        if self._sitemaps < MOST_SITEMAPS:
            self._sitemaps += self._planner.wanted(address, place, at, harvest)
        else:
            self._planner.beyond("sitemaps", at, harvest)
