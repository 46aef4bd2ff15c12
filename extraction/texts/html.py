"""Web pages: the whole visible text for matching, and trafilatura's article and facts for reading, kept apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from trafilatura import bare_extraction
from trafilatura.settings import Document as Article

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Embedded, Origin, Problem, TextPiece
from extraction.texts.carried import Carried
from extraction.texts.plain_text import inexact
from extraction.texts.visible_text import VisibleText, visible_text

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
# Bytes in which a page may declare its charset: the HTML standard's 1,024, doubled for pages with long comments.
_DECLARATION_BYTES = 2048
# Characters up to which a page is read as an article. trafilatura took at most 3 s for hostile pages of this size, but
# 45 s for 1 MB of attributes and 7 s for an honest 1 MB of lines: the page's text must not be lost to a timeout.
READING_CHARACTERS = 200_000
_CUT_TAG = re.compile(r"</?[A-Za-z][^>]*")
_CODE_TAG = re.compile(r"<(/?)(?:style|script)(?:\s[^<>]*(?<!/)>|>)", re.IGNORECASE)
# Characters of a cut tag from which on an attribute of it may be a page.
_LONG_TAG = 200
# Dates are taken from what the page declares, not searched for in its text: half of trafilatura's time.
_DATES = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"}
# A page's `data:` addresses may make many files: icons. Base64 in attributes is left out before trafilatura sees it.
_LONG_ADDRESS = re.compile(r"(data:[^,\"'<>()]{0,100},)[^\"'<>)]{200,}", re.IGNORECASE)


def read_html(data: bytes, budget: Budget) -> Content:
    """Everything that the page shows; files in its addresses handed on; the article and the origin beside it."""
    declared = _DECLARED.search(data[:_DECLARATION_BYTES])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    shown = visible_text(decoded.text)
    carried = Carried(budget)
    rest = _cut_tag(decoded.text)
    problems = list(inexact(decoded))
    problems += [Problem(SkipReason.BUDGET_SPENT, "", "tags")] if shown.is_cut else []
    problems += [Problem(SkipReason.TRUNCATED, "", "tag")] if rest or _ends_in_code(decoded.text) else []
    left = _text_in_tag(rest, carried)
    whole = "\n".join(part for part in (carried.without_files(shown.text), left) if part)
    pieces = (TextPiece("", whole),) if whole else ()
    for address, name in shown.addresses:
        carried.take_uri(address, name)
    for text in shown.data:
        carried.take(text.encode("utf-8", "replace"))
    article = _article(_LONG_ADDRESS.sub(r"\1", decoded.text))
    return Content(
        pieces,
        tuple(problems),
        _embedded(carried),
        origins=(_origin(shown, article),),
        reading=article.text if article else None,
    )


def _ends_in_code(markup: str) -> bool:
    """Does a script or style begin that never ends? What comes behind it in the whole page is cut off."""
    last = None
    for last in _CODE_TAG.finditer(markup):  # noqa: B007 - the last one
        pass
    return last is not None and not last[1]


def _cut_tag(markup: str) -> str:
    """A tag that begins and never ends, at the end of a cut page: the parser drops it with all that is in it."""
    start = markup.rfind("<")
    rest = markup[start:] if start >= 0 else ""
    return rest if _CUT_TAG.fullmatch(rest) else ""


def _text_in_tag(rest: str, carried: Carried) -> str:
    """What a cut tag holds: a file in an address, a page in an attribute."""
    if (at := rest.find("data:")) >= 0:
        carried.take_uri(rest[at:])
        return ""
    return visible_text(unescape(rest.partition("=")[2])).text if len(rest) > _LONG_TAG else ""


def _embedded(carried: Carried) -> tuple[Embedded | Problem, ...]:
    return tuple(carried.found)


def _origin(shown: VisibleText, article: Article | None) -> Origin:
    """By the page's own words; trafilatura's where there are none."""
    says = shown.says
    return Origin(
        title=article.title if article else None,
        subject=_said(says, "o:subject", "subject", "description", "og:description"),
        keywords=_said(says, "o:keywords", "keywords"),
        author=_said(says, "o:author", "author", "dc.creator", "article:author")
        or (article.author if article else None),
        last_author=_said(says, "o:lastauthor", "changedby"),
        organisation=_said(says, "o:company", "og:site_name", "dc.publisher")
        or (article.sitename if article else None),
        template=_said(says, "o:template"),
        tool=_said(says, "generator", "progid"),
        language=shown.language,
        created=_said(says, "o:created", "created", "dcterms.created") or (article.date if article else None),
        modified=_said(says, "o:lastsaved", "changed", "article:modified_time", "dcterms.modified"),
    )


def _said(says: Mapping[str, str], *names: str) -> str | None:
    return next((says[name] for name in names if says.get(name)), None)


def _article(markup: str) -> Article | None:
    """What trafilatura makes of the page. It is an extra: whatever it stumbles over, the visible text stands."""
    if len(markup) > READING_CHARACTERS:
        return None
    try:
        found = bare_extraction(markup, fast=True, with_metadata=True, date_extraction_params=_DATES)
    except Exception:  # noqa: BLE001 - it raises many kinds on broken pages, and documents none of them
        return None
    return found if isinstance(found, Article) else None
