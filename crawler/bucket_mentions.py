"""Buckets that pages, scripts, data and headers of a crawl name. Nothing is asked of them here."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scrapy.http import Headers, Response

from crawler.items import Harvest
from crawler.markup import as_utf8, is_html, media_type
from documents.buckets import BucketLead
from documents.records import Skipped, SkipReason
from fetching.met_buckets import leads_in
from scope.address_forms import Grammar
from scope.urls import canonical_url

# Of one body, bytes that are looked through: 0.1 s for each 2 MB. Pages that are longer are listings or data.
SCANNED_BYTES = 10 << 20
# Longest header that is looked through, characters; policies of real sites have up to 10,000.
_LONGEST_HEADER = 64 << 10
_HEADERS = {
    "Content-Security-Policy": "csp",
    "Content-Security-Policy-Report-Only": "csp",
    "Link": "link",
}
_KINDS = (
    (re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma)script"), "script"),
    (re.compile(r"text/css"), "style"),
    (re.compile(r"[\w./-]+[/+](?:\w+-)?json"), "json"),
    (re.compile(r"(?:text|application)/(?:[\w.-]+\+)?xml"), "xml"),
    (re.compile(r"text/.*"), "text"),
)
_ENDINGS = {".js": "script", ".mjs": "script", ".css": "style", ".json": "json", ".xml": "xml", ".txt": "text"}
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b")
_PDF = b"%PDF-"
_HEAD = 1_024


class BucketMentions:
    """Gathers for one crawl.

    Args:
        grammar: the services to know; None where the scope does not want this.
    """

    def __init__(self, grammar: Grammar | None) -> None:
        self._grammar = grammar
        self._waiting: list[BucketLead] = []

    def of_answer(self, response: Response, harvest: Harvest) -> None:
        """What a fetched page or file names, and its headers."""
        if self._grammar is None:
            return
        url = canonical_url(response.url)
        try:
            self._of_answer(response, url, self._grammar, harvest)
        except Exception as error:  # noqa: BLE001 - a page that nobody foresaw costs its leads, not the unit
            detail = f"buckets_not_read {type(error).__name__}"
            harvest.skips.append(Skipped(url, SkipReason.PARSER_CRASHED, detail))

    @staticmethod
    def _of_answer(response: Response, url: str, grammar: Grammar, harvest: Harvest) -> None:
        for name, met_in in _HEADERS.items():
            for value in response.headers.getlist(name):
                harvest.buckets += leads_in(value[:_LONGEST_HEADER], met_in, url, grammar)[0]
        kind, text = _readable(response)
        if not kind:
            return
        found, is_whole = leads_in(text[:SCANNED_BYTES], kind, url, grammar)
        harvest.buckets += found
        if not is_whole or len(text) > SCANNED_BYTES:
            harvest.skips.append(Skipped(url, SkipReason.TOO_LARGE, "buckets_not_read"))

    def of_redirect(self, location: bytes, at: str) -> None:
        """Where an answer sends us, whether or not we go there."""
        if self._grammar is not None:
            self._waiting += leads_in(location[:_LONGEST_HEADER], "redirect", _canonical(at), self._grammar)[0]

    def give(self, harvest: Harvest) -> None:
        """Put what redirects named into the next harvest."""
        harvest.buckets += self._waiting
        self._waiting = []


def _canonical(url: str) -> str | None:
    try:
        return canonical_url(url)
    except ValueError:
        return None


def _readable(response: Response) -> tuple[str, bytes]:
    """What kind of text a body is, empty for none, and its bytes as UTF-8."""
    content_type = _content_type(response.headers)
    body = response.body
    if is_html(content_type, body):
        return "html", as_utf8(body, content_type)
    if body.startswith(_PDF):
        return "document", body  # links of a PDF stand in it in the clear, unless it packs its objects
    kind = next((kind for form, kind in _KINDS if form.fullmatch(media_type(content_type))), "")
    path = urlsplit(response.url).path
    kind = kind if kind not in ("", "text") else _ENDINGS.get(path[path.rfind(".") :].lower(), kind)
    if kind == "xml":
        kind = "sitemap" if _SITEMAP.search(body[:_HEAD]) else "listing"
    return kind, as_utf8(body, content_type) if kind else body


def _content_type(headers: Headers) -> str:
    return (headers.get("Content-Type") or b"").decode("latin-1")
