"""Books (EPUB): a piece for each chapter, in reading order, and whatever other text and pictures lie in the file."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from lxml import etree

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.office.office_origin import iso_date, shortened
from extraction.office.office_package import Package
from extraction.office.office_strangers import files_inside
from extraction.records import Content, Origin, Problem, TextPiece
from extraction.texts.visible_text import visible_text
from extraction.texts.xml_tree import local_name

_CONTAINER = "meta-inf/container.xml"
_ENCRYPTION = "meta-inf/encryption.xml"
_CHAPTER = re.compile(r".*\.(?:xhtml|html?|xml)")
# How it looks, and lists of contents that say the headings once more.
_WORKING_PARTS = re.compile(r"mimetype|meta-inf/.*|.*\.(?:css|opf|ncx|ttf|otf|woff2?|js|pls|smil|xpgt|plist)")


def read_epub(data: bytes, budget: Budget) -> Content:
    """A piece for each chapter with text.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    book_name = _book_name(package)
    book = package.xml(book_name) if book_name else None
    locked = _locked(package)
    chapters = _chapters(package, book, posixpath.dirname(book_name))
    pieces = [TextPiece(package.path(name), _text(package, name)) for name in chapters if name not in locked]
    problems = list(package.problems)
    problems += [Problem(SkipReason.ENCRYPTED, package.path(name), "chapter") for name in chapters if name in locked]
    if not chapters:
        reason = SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE
        problems.append(Problem(reason, "", "no chapter"))
    known = locked.union(chapters)
    inside = [name for name in package.names if not _WORKING_PARTS.fullmatch(name) and name not in known]
    return Content(
        tuple(piece for piece in pieces if piece.text),
        tuple(problems),
        files_inside(package, inside),
        origins=_origin(book),
    )


def _book_name(package: Package) -> str:
    """The part that lists the others."""
    container = package.xml(_CONTAINER)
    for element in container.iter("{*}rootfile") if container is not None else ():
        name = unquote(str(element.get("full-path") or "")).lower().lstrip("/")
        if package.has(name):
            return name
    return next((name for name in package.names if name.endswith(".opf")), "")


def _locked(package: Package) -> frozenset[str]:
    """Parts that need a key. Fonts are only garbled, and hold no text."""
    root = package.xml(_ENCRYPTION)
    references = root.iter("{*}CipherReference") if root is not None else ()
    return frozenset(unquote(str(each.get("URI") or "")).lower().lstrip("/") for each in references)


def _chapters(package: Package, book: etree._Element | None, folder: str) -> list[str]:
    """In reading order, then those that the book does not name."""
    order: list[str] = []
    if book is not None:
        files = {str(each.get("id")): str(each.get("href") or "") for each in book.iterfind("{*}manifest/{*}item")}
        for reference in book.iterfind("{*}spine/{*}itemref"):
            target = unquote(files.get(str(reference.get("idref")), "").partition("#")[0]).lower()
            order.append(posixpath.normpath(posixpath.join(folder, target)))
    named = [name for name in dict.fromkeys(order) if package.has(name)]
    known = frozenset(named)
    others = [
        name
        for name in package.names
        if name not in known and _CHAPTER.fullmatch(name) and not _WORKING_PARTS.fullmatch(name)
    ]
    return named + others


def _text(package: Package, name: str) -> str:
    data, problems = package.take(name)
    package.problems.extend(problems)
    return visible_text(decode(data).text).text


def _origin(book: etree._Element | None) -> tuple[Origin, ...]:
    metadata = book.find("{*}metadata") if book is not None else None
    if metadata is None:
        return ()
    values: dict[str, str | None] = {}
    for element in metadata.iter():
        name = str(element.get("property") or local_name(element))
        values.setdefault(name, shortened(element.text))
    tools = (each.get("content") for each in metadata.iterfind("{*}meta") if each.get("name") == "generator")
    found = Origin(
        title=values.get("title"),
        subject=values.get("subject"),
        keywords=values.get("description"),
        author=values.get("creator"),
        organisation=values.get("publisher"),
        tool=shortened(next((str(tool) for tool in tools if tool), None)),
        language=values.get("language"),
        created=iso_date(values.get("date")),
        modified=iso_date(values.get("dcterms:modified")),
    )
    return (found,) if found != Origin() else ()
