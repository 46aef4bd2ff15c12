"""OpenDocument files, as packages or as one XML file: a text as one piece, a sheet or a slide as a piece of its own.

Also those of OpenOffice 1, whose markup has other namespaces and the same names.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.office.odf_text import attribute, changes, odf_lines
from extraction.office.office_origin import iso_date, shortened
from extraction.office.office_package import Package
from extraction.office.office_strangers import files_inside, pictures_unread
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Origin, Problem, TextPiece
from extraction.texts.xml_tree import local_name, parse_xml

# Tags of a file that are looked at; all of its elements are walked, in 2 s. A page of a letter has 300, a sheet of
# 10,000 rows and ten columns 400,000.
MOST_TAGS = 800_000
_CONTENTS = frozenset(["text", "spreadsheet", "presentation", "drawing", "chart", "image"])
_OBJECT = re.compile(r".+/content\.xml")

_FOOTERS = frozenset(["footer", "footer-left", "footer-first"])
# Parts that are no text, or that say once more what another part says.
_WORKING_PARTS = re.compile(
    r"mimetype|meta-inf/.*|manifest\.rdf|(?:.*/)?(?:meta|settings|styles|content)\.xml|layout-cache|versionlist\.xml"
    r"|(?:.*/)?(?:configurations2|thumbnails|objectreplacements|basic|dialogs|scripts|fonts)/.*|.*\.rdf"
)
# LibreOffice's own drawings, which preview a table.
_METAFILE = b"VCLMTF"
# What a master asks for on slides, or puts its numbers into.
_PLACEHOLDERS = frozenset(["title", "outline", "subtitle", "notes", "page", "page-number"])


def read_odf(data: bytes, budget: Budget) -> Content:
    """A package.

    Raises:
        BudgetSpentError: it has too many parts.
        UnreadableError: encrypted, or no part can be read.
    """
    package = Package(data, budget)
    if b"encryption-data" in package.part("meta-inf/manifest.xml") or package.has("encrypted-package"):
        raise UnreadableError(SkipReason.ENCRYPTED, "office file with a password")
    styles, content = package.xml("styles.xml"), package.xml("content.xml", MOST_TAGS)
    meta = package.xml("meta.xml")
    objects = [
        root for name in package.names if _OBJECT.fullmatch(name) and (root := package.xml(name, MOST_TAGS)) is not None
    ]
    pieces = _pieces(content, styles, objects)
    inside = [name for name in package.names if not _WORKING_PARTS.fullmatch(name)]
    problems = list(package.problems)
    if content is None:
        reason = SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE
        problems.append(Problem(reason, "", "no content part"))
    text = "\n".join(piece.text for piece in pieces)
    problems += pictures_unread(package, text, inside)
    return Content(pieces, tuple(problems), files_inside(package, inside), origins=_origin(meta))


def read_flat_odf(data: bytes, budget: Budget) -> Content:
    """One XML file.

    Raises:
        BudgetSpentError: its pictures are larger than all files inside may be.
        UnreadableError: it is no markup.
    """
    parsed = parse_xml(data, MOST_TAGS)
    if parsed.root is None:
        raise UnreadableError(SkipReason.UNREADABLE, "no markup")
    reason = SkipReason.BUDGET_SPENT if parsed.cut else SkipReason.UNREADABLE
    problems = (Problem(reason, "", "damaged XML"),) if parsed.repaired else ()
    files = [element for element in parsed.root.iter("{*}binary-data") if not _stands_for_object(element)]
    pieces = _pieces(parsed.root, parsed.root, [])
    return Content(pieces, problems, _flat_files(files, budget), origins=_origin(parsed.root))


def _stands_for_object(element: etree._Element) -> bool:
    """The picture of an object, which is told by itself."""
    image = element.getparent()
    if image is None or local_name(image) != "image":
        return False
    frame = image.getparent()
    return frame is not None and frame.find("{*}object") is not None


def _flat_files(elements: list[etree._Element], budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    for element in elements:
        place = paths.place("")
        budget.spend_member()
        try:
            data = binascii.a2b_base64((element.text or "").encode("ascii", "ignore"))
        except binascii.Error:
            yield Problem(SkipReason.UNREADABLE, place, "base64")
            continue
        budget.spend_bytes(len(data))
        if data and not data.startswith(_METAFILE):
            yield Embedded(place, data)


def _pieces(
    content: etree._Element | None, styles: etree._Element | None, objects: list[etree._Element]
) -> tuple[TextPiece, ...]:
    """What belongs to no sheet or slide, then each of those."""
    masters = _Masters(styles)
    body = _body(content)
    kind = "" if body is None else (_kind(body, content))
    if body is None or kind == "text":
        main = [*masters.headers(), *([] if body is None else odf_lines(body, changes(body))), *masters.footers()]
        numbered: list[tuple[str, list[str]]] = []
    else:
        main, numbered = _numbered(body, kind, _Sheets(content, masters))
        main = masters.left() + main
    for each in objects:
        inner = _body(each)
        main += [] if inner is None else odf_lines(inner)
    found = [("", main), *numbered]
    return tuple(TextPiece(path, "\n".join(lines)) for path, lines in found if lines)


def _body(root: etree._Element | None) -> etree._Element | None:
    """What holds the text: the body, or the one element in it that says what kind of text it is."""
    body = root.find(".//{*}body") if root is not None else None
    if body is None:
        return None
    return next((child for child in body if local_name(child) in _CONTENTS), body)


def _kind(body: etree._Element, root: etree._Element | None) -> str:
    name = local_name(body)
    if name == "body" and root is not None:  # OpenOffice 1
        name = attribute(root, "class")
    if name in ("presentation", "drawing"):
        return "page"
    return "table" if name == "spreadsheet" else "text"


def _numbered(body: etree._Element, kind: str, sheets: _Sheets) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The lines of what is no sheet or slide, and each of those with its place."""
    rest: list[str] = []
    numbered: list[tuple[str, list[str]]] = []
    for element in body:
        if local_name(element) != kind:
            rest += odf_lines(element)
            continue
        running = sheets.running_lines(element)
        if kind == "table":
            lines = [*running[0], attribute(element, "name"), *odf_lines(element, rows=True), *running[1]]
            numbered.append((f"#sheet={len(numbered) + 1}", [line for line in lines if line]))
        else:
            numbered.append((f"#slide={len(numbered) + 1}", [*running[0], *odf_lines(element), *running[1]]))
    return rest, numbered


class _Masters:
    """Headers, footers and shapes that pages have from their master. Each is told once: they repeat on every page."""

    def __init__(self, styles: etree._Element | None) -> None:
        masters = [] if styles is None else list(styles.iterfind(".//{*}master-styles/{*}master-page"))
        self._left: dict[str, tuple[list[str], list[str]]] = {}
        for number, master in enumerate(masters):
            for frame in [each for each in master.iter("{*}frame") if attribute(each, "class") in _PLACEHOLDERS]:
                etree.strip_elements(frame, "*", with_tail=False)
            before: list[str] = []
            behind: list[str] = []
            for element in master:
                (behind if local_name(element) in _FOOTERS else before).extend(odf_lines(element))
            self._left[attribute(master, "name") or str(number)] = (before, behind)

    def take(self, name: str) -> tuple[list[str], list[str]]:
        """What stands before and behind the first page with this master."""
        return self._left.pop(name, ([], []))

    def headers(self) -> list[str]:
        """All that stands before."""
        return [line for before, _ in self._left.values() for line in before]

    def footers(self) -> list[str]:
        """All that stands behind."""
        return [line for _, behind in self._left.values() for line in behind]

    def left(self) -> list[str]:
        """Of masters that no page has taken."""
        return self.headers() + self.footers()


class _Sheets:
    """Finds the master of a sheet or slide."""

    def __init__(self, content: etree._Element | None, masters: _Masters) -> None:
        styles = () if content is None else content.iterfind(".//{*}automatic-styles/{*}style")
        self._masters = masters
        self._of_style = {attribute(style, "name"): attribute(style, "master-page-name") for style in styles}

    def running_lines(self, element: etree._Element) -> tuple[list[str], list[str]]:
        """What stands before and behind it, if no other had it before."""
        master = attribute(element, "master-page-name") or self._of_style.get(attribute(element, "style-name"), "")
        return self._masters.take(master)


def _origin(root: etree._Element | None) -> tuple[Origin, ...]:
    meta = root if root is None or local_name(root) == "meta" else root.find("{*}meta")
    if meta is None:
        return ()
    values = {local_name(element): shortened(element.text) for element in meta}
    template = meta.find("{*}template")
    custom = [f"{attribute(each, 'name')}: {each.text}" for each in meta.iterfind("{*}user-defined") if each.text]
    keywords = [str(each.text) for each in meta.iter("{*}keyword") if each.text]
    found = Origin(
        title=values.get("title"),
        subject=values.get("subject"),
        keywords=shortened("; ".join(filter(None, [*keywords, values.get("description"), *custom]))),
        author=values.get("initial-creator"),
        last_author=values.get("creator"),
        template=None if template is None else shortened(attribute(template, "title") or attribute(template, "href")),
        tool=values.get("generator"),
        language=values.get("language"),
        created=iso_date(values.get("creation-date")),
        modified=iso_date(values.get("date")),
    )
    return (found,) if found != Origin() else ()
