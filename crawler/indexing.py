"""Could a search engine hold it? What robots.txt, X-Robots-Tag, the page and its canonical address say of that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import IntEnum
from urllib.parse import urljoin

from lxml import etree
from protego import Protego

from crawler.pages import base_url
from documents.exposure import IndexBasis, Truth
from scope.urls import canonical_url


class Barred(IntEnum):
    """Which engines are told to keep out; a larger one outweighs a smaller."""

    NOBODY = 0
    SOME = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class PageSays:
    """What a page says of itself.

    Attributes:
        barred: by its meta elements.
        is_elsewhere: its canonical address is another one.
    """

    barred: Barred = Barred.NOBODY
    is_elsewhere: bool = False


# Engines whose index a person may search, by the names that they answer to.
_ENGINES = frozenset(
    "googlebot googlebot-news bingbot msnbot duckduckbot slurp yandex yandexbot baiduspider applebot qwantbot "
    "mojeekbot bravebot seznambot naverbot yeti petalbot sogou".split()
)
# Of these robots.txt is asked: the rest read what is meant for all.
_ASKED_ENGINES = ("*", "Googlebot", "Bingbot")
_FORBIDDING = frozenset(["noindex", "none"])
# Directives that have a value after a colon, so that what stands before it names no robot.
_VALUED = frozenset(["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"])
_NAMED = re.compile(r"\s*([a-z0-9*._-]{1,80})\s*:(.*)", re.IGNORECASE | re.DOTALL)
_CANONICAL_LINK = re.compile(r"<([^<>]{1,8000})>([^<,]{0,1000})")
_CANONICAL_RELATION = re.compile(r";\s*rel\s*=\s*\"?[^\";]*\bcanonical\b", re.IGNORECASE)
# Longest header that is read, characters, and most header lines; more is not meant for anybody's crawler.
_LONGEST_HEADER = 8_000
_MOST_LINES = 50


def barred_by_robots(rules: Protego | None, url: str) -> Barred:
    """By the rules of a robots.txt; None where there are none."""
    if rules is None:
        return Barred.NOBODY
    refused = [not rules.can_fetch(url, engine) for engine in _ASKED_ENGINES]
    return Barred.ALL if all(refused) else Barred.SOME if any(refused) else Barred.NOBODY


def barred_by_header(lines: Sequence[str], now: datetime) -> Barred:
    """By the X-Robots-Tag lines of an answer. `unavailable_after` bars once its time has passed."""
    found = Barred.NOBODY
    for line in lines[:_MOST_LINES]:
        for robot, directive, value in _directives(line[:_LONGEST_HEADER]):
            forbids = directive in _FORBIDDING or (directive == "unavailable_after" and _has_passed(value, now))
            found = max(found, _weight(robot) if forbids else Barred.NOBODY)
    return found


def page_says(tree: etree._Element, url: str) -> PageSays:
    """By the meta elements and the canonical link of a page."""
    barred = Barred.NOBODY
    for element in tree.iter("meta"):
        robot = (element.get("name") or "").strip().lower()
        words = (element.get("content") or "")[:_LONGEST_HEADER].lower().replace(",", " ").split()
        if _FORBIDDING.intersection(words):
            barred = max(barred, _weight("*" if robot == "robots" else robot or "-"))
    addresses = [
        address
        for element in tree.iter("link")
        if "canonical" in (element.get("rel") or "").lower().split() and (address := element.get("href"))
    ]
    return PageSays(barred, is_elsewhere(addresses, base_url(tree, url), url))


def canonical_links(header: str) -> list[str]:
    """Addresses that a Link header gives as canonical."""
    found = _CANONICAL_LINK.findall(header[:_LONGEST_HEADER])
    return [address for address, parameters in found if _CANONICAL_RELATION.match(parameters.strip())]


def is_elsewhere(addresses: Iterable[str], base: str, url: str) -> bool:
    """Does a canonical address name another place than `url`?"""
    for address in addresses:
        try:
            if canonical_url(urljoin(base, address.strip())) != canonical_url(url):
                return True
        except ValueError:
            continue
    return False


def indexable(robots: Barred | None, header: Barred, page: PageSays | None) -> tuple[Truth, IndexBasis]:
    """The answer, and what it rests on.

    Args:
        robots: None where the rules are unknown.
        header: by X-Robots-Tag.
        page: None where a page could not be read; what is no page says nothing.
    """
    says = page or PageSays()
    sources = (
        (robots, IndexBasis.ROBOTS_TXT),
        (header, IndexBasis.X_ROBOTS_TAG),
        (says.barred, IndexBasis.META_ROBOTS),
    )
    for barred, basis in sources:
        if barred is Barred.ALL:
            return Truth.NO, basis
    if robots is None:
        return Truth.UNKNOWN, IndexBasis.ROBOTS_TXT
    if page is None:
        return Truth.UNKNOWN, IndexBasis.PAGE_NOT_READ
    if says.is_elsewhere:
        return Truth.UNKNOWN, IndexBasis.CANONICAL
    some = any(barred is Barred.SOME for barred, _ in sources)
    return Truth.YES, IndexBasis.SOME_ENGINES if some else IndexBasis.NOTHING_FORBIDS


def _weight(robot: str) -> Barred:
    if robot == "*":
        return Barred.ALL
    return Barred.SOME if robot in _ENGINES else Barred.NOBODY


def _directives(line: str) -> Iterator[tuple[str, str, str]]:
    """Robot ("*" for all), directive and value. A robot named in a line holds for what follows it there."""
    robot = "*"
    parts = line.split(",")
    for place, part in enumerate(parts):
        named = _NAMED.match(part)
        while named and named[1].lower() not in _VALUED:
            robot, part = named[1].lower(), named[2]  # noqa: PLW2901 - what is left of it
            named = _NAMED.match(part)
        if named:
            # A date may hold a comma.
            yield robot, named[1].lower(), ",".join([named[2], *parts[place + 1 : place + 2]])
        else:
            yield robot, part.strip().lower(), ""


def _has_passed(value: str, now: datetime) -> bool:
    """Is this a date in the past? What is no date bars nobody."""
    for text in (value, value.partition(",")[0]):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                moment = read(text.strip())
                return moment.replace(tzinfo=moment.tzinfo or UTC) < now
            except (ValueError, OverflowError, IndexError, TypeError):
                continue
    return False
