"""The text of OpenDocument markup, paragraph by paragraph: what it shows and what it hides.

Notes, comments and text boxes come before the paragraph they stand in, and split no line. A paragraph with recorded
changes comes twice, as it is and as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from extraction.texts.xml_tree import local_name

# Blanks that one element may stand for; more are there to fill memory.
MOST_BLANKS = 100
_PARAGRAPHS = frozenset(["p", "h"])
# Lines of their own although they are no paragraphs: alternative texts, authors of comments, footers of slides.
_LINES = frozenset(["title", "desc", "creator", "header-decl", "footer-decl", "date-time-decl"])
_BREAKS = {"tab": "\t", "tab-stop": "\t", "line-break": "\n", "soft-page-break": "", "soft-hyphen": ""}
_SKIPPED = frozenset(
    """
    binary-data note-citation event-listeners script date-string change-info table-of-content-source
    illustration-index-source table-index-source object-index-source user-index-source alphabetical-index-source
    bibliography-source
    """.split()
)
# Values of forms, of fields that are hidden, and of cells without a paragraph: in the first of these attributes.
_VALUES = {
    "text": ("current-value", "value"),
    "textarea": ("current-value", "value"),
    "formatted-text": ("current-value", "value"),
    "number": ("current-value", "value"),
    "combobox": ("current-value", "value"),
    "fixed-text": ("label",),
    "checkbox": ("label",),
    "radio": ("label",),
    "button": ("label",),
    "option": ("label",),
    "hidden-text": ("string-value",),
    "user-field-decl": ("string-value",),
}
_BLANKS = re.compile(r"[ \t\r\n]+")
_CELLS = frozenset(["table-cell", "covered-table-cell"])
_CELL_VALUES = ("string-value", "date-value", "time-value", "value", "boolean-value")
_TABLES = frozenset(["annotation", "table-row"]) | _CELLS
_ENDED = _PARAGRAPHS | _LINES | _TABLES
_STARTED = _ENDED | _VALUES.keys() | _BREAKS.keys() | frozenset(["s", "change", "change-start", "change-end"])
_DOUBTFUL = _SKIPPED | frozenset(["frame", "date", "changed-region"])


@dataclass(frozen=True, slots=True)
class Changes:
    """Recorded changes by their ids: what was deleted, and which ranges were added."""

    deleted: dict[str, str] = field(default_factory=dict, repr=False)
    added: frozenset[str] = frozenset()


def changes(root: etree._Element) -> Changes:
    """The recorded changes of a document."""
    deleted: dict[str, str] = {}
    added: set[str] = set()
    placed = {attribute(change, "change-id") for change in root.iter("{*}change")}
    for region in root.iter("{*}changed-region"):
        name = attribute(region, "id")
        for change in region:
            if local_name(change) == "deletion" and name in placed:
                walk = _Walk(Changes(), rows=False, whole_words=False)
                walk.over(change)
                deleted[name] = "\n".join(walk.lines)
            elif local_name(change) == "insertion":
                added.add(name)
    return Changes(deleted, frozenset(added))


def odf_lines(root: etree._Element, known: Changes | None = None, rows: bool = False) -> list[str]:
    """The lines in an element. With `rows`, those of one row of a table as one."""
    walk = _Walk(known or Changes(), rows)
    walk.over(root)
    return walk.lines


def attribute(element: etree._Element, name: str) -> str:
    """The value of the attribute of this name in whatever namespace; empty where there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


class _Walk:
    """Collects paragraphs in document order."""

    def __init__(self, known: Changes, rows: bool, whole_words: bool = True) -> None:
        self.lines: list[str] = []
        self._changes = known
        self._rows = rows
        self._whole_words = whole_words  # a deletion may begin and end within words and blanks
        self._open: list[list[tuple[int, str]]] = []
        self._row_starts: list[int] = []
        self._cell_starts: list[int] = []
        self._note_starts: list[int] = []
        self._comments: list[str] = []
        self._added = 0

    def over(self, root: etree._Element) -> None:
        """Walk the element."""
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            name = local_name(element)
            if event == "start":
                if name in _DOUBTFUL and self._is_left_out(name, element):
                    walker.skip_subtree()
                elif name in _STARTED:
                    self._start(name, element)
                elif self._open and element.text:
                    self._say_blanks_folded(element.text)
                continue
            if name in _ENDED:
                self._end(name, element)
            if self._open and element.tail and element is not root:
                self._say_blanks_folded(element.tail)
        self.lines += self._comments

    def _start(self, name: str, element: etree._Element) -> None:
        if name in _PARAGRAPHS or _is_line(name, element):
            self._open.append([])
        elif name == "annotation":
            self._note_starts.append(len(self.lines))
        elif name in _CELLS:
            self._cell_starts.append(len(self.lines))
        elif name == "table-row":
            self._row_starts.append(len(self.lines))
        elif name.startswith("change") and self._open:
            self._take_change(name, attribute(element, "change-id"))
        elif name in _VALUES:
            self._take_value(element, _VALUES[name])
        if not self._open:
            return
        if name == "s":
            count = attribute(element, "c")
            self._say(" " * (min(int(count[:9]), MOST_BLANKS) if count.isdecimal() else 1))
        else:
            self._say(_BREAKS.get(name))
            self._say_blanks_folded(element.text)

    def _end(self, name: str, element: etree._Element) -> None:
        if (name in _PARAGRAPHS or _is_line(name, element)) and self._open:
            runs = self._open.pop()
            shown = _joined(runs, 0, 1)
            was = _joined(runs, 0, -1) if any(mark < 0 for mark, _ in runs) else ""
            if self._whole_words:
                shown, was = shown.strip(), was.strip()
            self.lines += [line for line in dict.fromkeys((shown, was)) if line]
        elif name in _CELLS and self._cell_starts:
            if self._cell_starts.pop() == len(self.lines):
                self._take_value(element, _CELL_VALUES)
        elif name == "table-row" and self._row_starts:
            start = self._row_starts.pop()
            if self._rows and len(self.lines) > start:
                self.lines[start:] = ["\t".join(self.lines[start:])]
        elif name == "annotation" and self._note_starts:
            start = self._note_starts.pop()
            if self._rows:  # else a comment would stand between two cells of its row
                self._comments += self.lines[start:]
                del self.lines[start:]

    def _take_change(self, name: str, change: str) -> None:
        if change in self._changes.added:
            self._added += {"change-start": 1, "change-end": -1}.get(name, 0)
        elif deleted := self._changes.deleted.get(change, ""):
            self._open[-1].append((-1, deleted))

    def _take_value(self, element: etree._Element, names: tuple[str, ...]) -> None:
        value = next((found for name in names if (found := attribute(element, name).strip())), "")
        if value and not "".join(map(str, element.itertext())).strip():
            self.lines.append(value)

    def _say(self, text: str | None) -> None:
        if text:
            self._open[-1].append((1 if self._added > 0 else 0, text))

    def _say_blanks_folded(self, text: str | None) -> None:
        """Blanks and line ends of the markup are one blank; those that count are elements."""
        self._say(_BLANKS.sub(" ", text) if text else None)

    def _is_left_out(self, name: str, element: etree._Element) -> bool:
        """What a slide's master asks for, and deletions whose place in the text is known."""
        if name in _SKIPPED:
            return True
        if name == "frame":
            return attribute(element, "placeholder") == "true" and not len(element.findall(".//{*}image"))
        if name == "date":
            return not _is_of_text(element)  # of a comment
        return name == "changed-region" and attribute(element, "id") in self._changes.deleted


def _is_line(name: str, element: etree._Element) -> bool:
    """Fields of a text have the same names; they are part of their paragraph."""
    return name in _LINES and not _is_of_text(element)


def _is_of_text(element: etree._Element) -> bool:
    return "text" in str(element.tag).partition("}")[0]


def _joined(runs: list[tuple[int, str]], *marks: int) -> str:
    return "".join(text for mark, text in runs if mark in marks)
