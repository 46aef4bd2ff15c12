"""What one answer tells of how its document is exposed."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from scrapy.http import Headers, Response

from crawler.crawl import Crawl
from crawler.frontier import Place
from crawler.indexing import (
    PageSays,
    barred_by_header,
    barred_by_robots,
    canonical_links,
    indexable,
    is_elsewhere,
)
from crawler.items import Harvest
from documents.exposure import Exposure, IndexBasis, Transport, Truth


def exposure_of(crawl: Crawl, response: Response, place: Place, harvest: Harvest) -> Exposure:
    """Of the document that `response` brought; call it when the page, if it is one, has been read."""
    answer, basis = _indexable(crawl, response, harvest)
    rules = crawl.robots.get(_origin(response.url))
    known = (place.url, harvest.answer.url if harvest.answer else "")
    return Exposure(
        reached_by=crawl.frontier.path(place),
        found_as=None if place.asked in known else place.asked,
        transport=Transport(urlsplit(response.url).scheme.lower()),
        tls=crawl.certificates.state_of(response.url),
        listed=Truth.YES if place.listed else Truth.NO,
        is_listing=harvest.is_listing,
        robots_disallow=rules.disallows(response.url) if rules else Truth.UNKNOWN,
        indexable=answer,
        index_basis=basis,
    )


def login_asked(headers: Headers) -> bool:
    """Did a refusal ask who we are? RFC 9110 wants this of every 401; a 403 with it means the same."""
    return b"WWW-Authenticate" in headers


def is_challenge(headers: Headers) -> bool:
    """Was the refusal meant for programs, whatever they ask for? So say Cloudflare and Amazon's firewall."""
    return headers.get("cf-mitigated") == b"challenge" or headers.get("x-amzn-waf-action") in (b"challenge", b"captcha")


def _indexable(crawl: Crawl, response: Response, harvest: Harvest) -> tuple[Truth, IndexBasis]:
    rules = crawl.robots.get(_origin(response.url))
    robots = None if rules is None or rules.unknown else barred_by_robots(rules.parsed, response.url)
    lines = [line.decode("latin-1") for line in response.headers.getlist("X-Robots-Tag")]
    return indexable(robots, barred_by_header(lines, datetime.now(UTC)), _with_link_header(response, harvest.says))


def _with_link_header(response: Response, says: PageSays | None) -> PageSays | None:
    """A file has no head; its canonical address stands in the answer's."""
    header = ",".join(line.decode("latin-1") for line in response.headers.getlist("Link"))
    if says is None or says.is_elsewhere or not header:
        return says
    return PageSays(says.barred, is_elsewhere(canonical_links(header), response.url, response.url))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
