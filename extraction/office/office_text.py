"""The text of a part of an Office file, Word's or a drawing's, paragraph by paragraph: what it shows and what it hides.

Text boxes and alternative texts come before the paragraph they stand in, and split no line. A paragraph with tracked
changes comes twice, as it is and as it was: words that were deleted are evidence, and so is the line without them.
"""

from __future__ import annotations

from enum import Enum, auto

from lxml import etree

from extraction.office.field_codes import FieldRole, field_roles, form_value
from extraction.office.symbol_fonts import symbol
from extraction.texts.prose_in_code import reads_as_prose
from extraction.texts.xml_tree import local_name

_PARAGRAPHS = frozenset(["p", "text", "is"])
_TEXT = frozenset(["t", "delText"])
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t", "den": "/"}
_REMOVED = frozenset(["del", "moveFrom"])
_ADDED = frozenset(["ins", "moveTo"])
# Formats hold no text, but tab stops that look like tabs. Those of a section hold its header in files of 2003.
_FORMATS = frozenset(["tabs", "tabLst", "rPr", "DocumentProperties"])
# Alternative texts and the like: in which attributes of which elements.
_ATTRIBUTES = {
    "docPr": ("title", "descr"),
    "cNvPr": ("title", "descr"),
    "tblCaption": ("val",),
    "tblDescription": ("val",),
    "shape": ("alt",),
    "textpath": ("string",),
    "comment": ("author",),
    "person": ("displayName",),
    "cmAuthor": ("name",),
    "author": ("name",),
    "docVar": ("val",),
}
_NAMED = frozenset(["docPr", "cNvPr"])
_CHART_VALUES = frozenset(["v", "pt"])
_CHART_GROUPS = frozenset(["strCache", "numCache", "strLit", "numLit", "lvl"])
_FORM_FIELDS = frozenset(["ddList", "checkBox"])
_SHAPES = frozenset(["sp", "pic", "graphicFrame"])
_ENDED = _PARAGRAPHS | _REMOVED | _ADDED | _CHART_GROUPS
_DOUBTFUL = _SHAPES | frozenset(["Fallback"])
_WALKED = tuple(
    f"{{*}}{name}"
    for name in (
        *_PARAGRAPHS,
        *_TEXT,
        *_BREAKS,
        *_REMOVED,
        *_ADDED,
        *_FORMATS,
        *_ATTRIBUTES,
        *_CHART_VALUES,
        *_CHART_GROUPS,
        *_FORM_FIELDS,
        *("Fallback", "fldChar", "sym"),
    )
)


class _Mark(Enum):
    """What a run is in its paragraph."""

    PLAIN = auto()
    REMOVED = auto()
    ADDED = auto()
    # Text in the instruction of a field: nobody sees it, and it must not stand between words that are seen.
    UNSEEN = auto()


_Run = tuple[_Mark, str]
_AS_IT_IS = frozenset([_Mark.PLAIN, _Mark.ADDED])
_AS_IT_WAS = frozenset([_Mark.PLAIN, _Mark.REMOVED])


def part_lines(root: etree._Element, without_placeholders: bool = False) -> list[str]:
    """The lines of one part. `without_placeholders`: not what a slide's master asks for ("Click to edit title")."""
    walk = _Walk(root, without_placeholders)
    walk.over(root)
    return walk.lines


class _Walk:
    """Collects paragraphs in document order."""

    def __init__(self, root: etree._Element, without_placeholders: bool) -> None:
        self.lines: list[str] = []
        self._fields = field_roles(root)
        self._without_placeholders = without_placeholders
        self._open: list[list[_Run]] = []
        self._chart: list[str] = []
        self._aside = ""
        self._removed = self._added = self._instructions = 0

    def over(self, root: etree._Element) -> None:
        """Walk the part."""
        tags = (*_WALKED, *(f"{{*}}{name}" for name in _SHAPES)) if self._without_placeholders else _WALKED
        walker = etree.iterwalk(root, events=("start", "end"), tag=tags)
        for event, element in walker:
            name = local_name(element)
            if event == "end":
                if name in _ENDED:
                    self._end(name)
            elif name in _FORMATS or (name in _DOUBTFUL and _is_left_out(name, element)):
                walker.skip_subtree()  # a fallback is the same once more, for old versions of Office
            else:
                self._start(name, element)
        while self._open:
            self._finish()
        self._end_group()

    def _start(self, name: str, element: etree._Element) -> None:
        if name in _TEXT:
            self._say(_own_text(element), removed=name == "delText")
        elif name in _PARAGRAPHS:
            self._open.append([])
            if name == "text":
                self._say(_own_text(element))
        elif name in _BREAKS:
            self._say(_BREAKS[name] if self._open else "")
        elif name in _ATTRIBUTES:
            self._say_aside(" ".join([*_attributes(element, _ATTRIBUTES[name]), *_telling_name(name, element)]))
        elif name in _CHART_VALUES:
            self._chart.append(_own_text(element).strip())
        else:
            self._start_state(name, element)

    def _start_state(self, name: str, element: etree._Element) -> None:
        if name in _REMOVED:
            self._removed += 1
        elif name in _ADDED:
            self._added += 1
        elif name == "fldChar":
            self._take_field(self._fields.get(element))
        elif name == "sym" and self._open:
            self._say(symbol(*_attributes(element, ("font", "char"), blanks=True)))
        elif name in _FORM_FIELDS and self._open:
            self._open[-1].append((_Mark.PLAIN, form_value(element)))

    def _end(self, name: str) -> None:
        if name in _PARAGRAPHS:
            if self._open:
                self._finish()
        elif name in _REMOVED:
            self._removed -= 1
        elif name in _ADDED:
            self._added -= 1
        elif name in _CHART_GROUPS:
            self._end_group()

    def _end_group(self) -> None:
        line = " ".join(value for value in self._chart if value)
        self.lines += [line] if line else []
        self._chart = []

    def _take_field(self, role: FieldRole | None) -> None:
        if role is FieldRole.BEGIN:
            self._instructions += 1
        elif role is FieldRole.SEPARATE or role is FieldRole.END_WITHOUT_RESULT:
            self._instructions -= 1

    def _say(self, text: str, removed: bool = False) -> None:
        if not text:
            return
        if not self._open:  # an equation, or a run, outside of paragraphs
            self.lines += [text.strip()] if text.strip() else []
            return
        mark = _Mark.PLAIN
        if self._instructions > 0:
            mark = _Mark.UNSEEN
        elif removed or self._removed > 0:
            mark = _Mark.REMOVED
        elif self._added > 0:
            mark = _Mark.ADDED
        self._open[-1].append((mark, text))

    def _say_aside(self, text: str) -> None:
        """Word writes the alternative text of a picture twice, in a row."""
        if text and text != self._aside:
            self.lines.append(text)
        self._aside = text or self._aside

    def _finish(self) -> None:
        runs = self._open.pop()
        if not runs:
            return
        seen = _joined(runs, _AS_IT_IS)
        marks = {mark for mark, _ in runs}
        lines = [seen]
        if _Mark.REMOVED in marks and (was := _joined(runs, _AS_IT_WAS)) != seen:
            lines.append(was)
        if _Mark.UNSEEN in marks:
            lines.append(_joined(runs, frozenset([_Mark.UNSEEN])))
        self.lines += [line for line in lines if line]


def _joined(runs: list[_Run], marks: frozenset[_Mark]) -> str:
    return "".join(text for mark, text in runs if mark in marks).strip()


def _own_text(element: etree._Element) -> str:
    """The text, and the text behind an unresolved entity or a comment in it."""
    text = element.text or ""
    if len(element) and not local_name(element[0]):
        text += "".join(child.tail or "" for child in element if not local_name(child))
    return text


def _attributes(element: etree._Element, names: tuple[str, ...], blanks: bool = False) -> list[str]:
    """The values of the attributes of these names, whatever their namespace."""
    values = {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    found = [values.get(name, "").strip() for name in names]
    return found if blanks else [value for value in found if value]


def _is_left_out(name: str, element: etree._Element) -> bool:
    """A fallback whose text a choice beside it has, or a placeholder where those are left out."""
    if name != "Fallback":
        return element.find("./{*}nvSpPr/{*}nvPr/{*}ph") is not None
    parent = element.getparent()
    choices = parent.findall("{*}Choice") if parent is not None else []
    if not choices:
        return False
    own = _letters(element)
    return not own or any(own in _letters(choice) for choice in choices)


def _letters(element: etree._Element) -> str:
    """Its text without blanks."""
    return "".join("".join(str(each.text or "").split()) for each in element.iter("{*}t", "{*}delText"))


def _telling_name(name: str, element: etree._Element) -> list[str]:
    """The name of a shape, where somebody wrote one: programs number them."""
    own = str(element.get("name") or "") if name in _NAMED else ""
    return [own] if reads_as_prose(own) else []
