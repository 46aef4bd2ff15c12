"""Parts that hang on a sheet or slide: drawings, charts, diagrams, comments, notes; each is told once."""

from __future__ import annotations

from lxml import etree

from extraction.office.office_package import Package, Relation
from extraction.office.office_text import part_lines
from extraction.texts.xml_tree import local_name

# Steps from a sheet: drawing, chart, drawing on the chart.
_DEEPEST = 4
# Relations that lead away from what a sheet or slide shows.
_ELSEWHERE = frozenset(
    """
    slide slideLayout slideMaster notesMaster handoutMaster theme themeOverride tags presProps viewProps tableStyles
    worksheet chartsheet sharedStrings styles table pivotTable pivotCacheDefinition queryTable printerSettings
    customProperty ctrlProp image hyperlink package oleObject video audio media control activeXControlBinary
    diagramLayout diagramQuickStyle diagramColors chartColorStyle chartStyle presentation commentAuthors authors
    """.split()
)
_DRAWN_DIAGRAM = "diagramDrawing"
# What a part is, by the name of its root, where its text is not in paragraphs.
_VML_TEXTS = ("{*}textbox", "{*}textpath")


class RelatedParts:
    """Gives the lines of what hangs on a part. A part that hangs on several is told with the first."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.told: set[str] = set()

    def lines(self, name: str, depth: int = 0) -> list[str]:
        """Of all parts that hang on this one, not its own."""
        relations = [each for each in self._package.relations(name) if not each.external]
        has_data = any(each.kind == "diagramData" for each in relations)
        lines: list[str] = []
        for relation in relations:
            if relation.kind not in _ELSEWHERE and not (has_data and relation.kind == _DRAWN_DIAGRAM):
                lines += self._of(relation, depth)
        return lines

    def own_lines(self, name: str) -> list[str]:
        """Of this part alone; nothing if it was told before."""
        if name in self.told:
            return []
        self.told.add(name)
        root = self._package.xml(name)
        if root is None:
            return []
        return vml_lines(root) if name.endswith(".vml") else [*comment_authors(root), *part_lines(root)]

    def _of(self, relation: Relation, depth: int) -> list[str]:
        name = relation.target
        if name in self.told or not name.endswith((".xml", ".vml")) or depth >= _DEEPEST:
            return []
        return [*self.own_lines(name), *self.lines(name, depth + 1)]


def comment_authors(root: etree._Element) -> list[str]:
    """Who wrote the comments of a sheet."""
    if local_name(root) != "comments":
        return []
    return [str(author.text).strip() for author in root.iterfind("{*}authors/{*}author") if (author.text or "").strip()]


def vml_lines(root: etree._Element) -> list[str]:
    """Captions of old form controls and text boxes, which are a kind of HTML in there, and letters drawn as shapes."""
    lines: list[str] = []
    for element in root.iter(*_VML_TEXTS):
        text = " ".join("".join(map(str, element.itertext())).split()) or str(element.get("string") or "").strip()
        if text:
            lines.append(text)
    return lines
