"""Web pages: the whole visible text for matching, and apart from it trafilatura's article and the origin."""

from __future__ import annotations

import re

from trafilatura import bare_extraction
from trafilatura.settings import Document as Article

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Origin, Problem, TextPiece
from extraction.visible_text import visible_text

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
# Bytes in which a page may declare its charset: the HTML standard's 1,024, doubled for pages with long comments.
_DECLARATION_BYTES = 2048
# Characters up to which a page is read as an article. trafilatura took at most 3 s for hostile pages of this size, but
# 45 s for 1 MB of attributes and 7 s for an honest 1 MB of lines: the page's text must not be lost to a timeout.
READING_CHARACTERS = 200_000
# Dates are taken from what the page declares, not searched for in its text: half of trafilatura's time.
_DATES = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"}


def read_html(data: bytes, budget: Budget) -> Content:
    """Everything that the page shows; the article and its origin beside it."""
    declared = _DECLARED.search(data[:_DECLARATION_BYTES])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    shown = visible_text(decoded.text)
    pieces = (TextPiece("", shown.text),) if shown.text else ()
    problems: tuple[Problem, ...] = ()
    if not decoded.exact:
        problems = (Problem(SkipReason.UNREADABLE, "", f"bytes without a meaning in {decoded.charset}"),)
    article = _article(decoded.text)
    origin = Origin(
        title=article.title if article else None,
        author=article.author if article else None,
        created=article.date if article else None,
        language=shown.language,
    )
    return Content(pieces, problems, origins=(origin,), reading=article.text if article else None)


def _article(markup: str) -> Article | None:
    """What trafilatura makes of the page. It is an extra: whatever it stumbles over, the visible text stands."""
    if len(markup) > READING_CHARACTERS:
        return None
    try:
        found = bare_extraction(markup, fast=True, with_metadata=True, date_extraction_params=_DATES)
    except Exception:  # noqa: BLE001 - it raises many kinds on broken pages, and documents none of them
        return None
    return found if isinstance(found, Article) else None
