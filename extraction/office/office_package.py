"""The parts of an office file: by name whatever its case and slashes, with their relations, from cut files too.

One that Word saved as a single XML file ("flat OPC") has the same parts; it is read the same way.
"""

from __future__ import annotations

import binascii
import posixpath
from dataclasses import dataclass
from itertools import count, islice
from urllib.parse import unquote

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.office.zip_members import MemberIndex, bytes_around
from extraction.paths import member_path
from extraction.records import Problem
from extraction.texts.xml_tree import MOST_TAGS, local_name, parse_xml

_ZIP_MARK = b"PK"
# Relations of one part that are followed. A book of a thousand pictures has a thousand.
MOST_RELATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Relation:
    """From one part to another, or to a place outside. `kind` is the last word of its type."""

    id: str
    kind: str
    target: str
    external: bool


class Package:
    """Parts by their plain names: slashes forward, none in front, lower case.

    Attributes:
        problems: what could not be read of the parts that were asked for.
        names: of all parts, in the container's order; the second of one name has `~2` in it.
        strays: bytes of the file that no part covers: a remark of the container, what stands behind it.
        is_cut: parts may be missing, as the file's end is.
        is_spent: no more parts may be read.
        flat_root: the whole of a file of 2003, which is one part.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Find the parts.

        Raises:
            BudgetSpentError: there are more than may be read.
            UnreadableError: there is no part at all.
        """
        self.problems: list[Problem] = []
        self.is_cut = self.is_spent = False
        self.flat_root: etree._Element | None = None
        self._read: dict[str, bytes] = {}
        self.strays: tuple[bytes, ...] = ()
        self._flat = not data.startswith(_ZIP_MARK)
        self._places: dict[str, int] = {}
        self._given: dict[str, str] = {}
        if self._flat:
            self._take_flat(data)
        else:
            self._index = MemberIndex(data, budget)
            self._take_names(self._index.names)
            self.is_cut = self._index.is_cut
            self.strays = () if self.is_cut else bytes_around(data)
            if self.is_cut:
                self.problems.append(Problem(SkipReason.TRUNCATED, "", f"no directory: {len(self._given)} parts found"))
        self.names = list(self._given)

    def has(self, name: str) -> bool:
        """Is there a part of this name?"""
        return name in self._given

    def given_name(self, name: str) -> str:
        """The name as the container spells it."""
        return self._given.get(name, name)

    def part(self, name: str) -> bytes:
        """The part's bytes; empty where there is none, or none can be read."""
        if name not in self._read:
            self._read[name] = self._member(name) if name in self._places else b""
        return self._read[name]

    def xml(self, name: str, most_tags: int = MOST_TAGS) -> etree._Element | None:
        """The part's root; what had to be repaired or left out is a problem."""
        data = self.part(name)
        if not data:
            return None
        known = len(self.problems)
        parsed = parse_xml(data, most_tags)
        self._read[name] = b""  # parts are parsed once, and trees take room enough
        path = self.path(name)
        if parsed.cut:
            self.problems.append(Problem(SkipReason.BUDGET_SPENT, path, "tags"))
        elif parsed.repaired and not any(problem.path == path for problem in self.problems[:known]):
            self.problems.append(Problem(SkipReason.UNREADABLE, path, "damaged XML"))
        return parsed.root

    def path(self, name: str) -> str:
        """The place of this part inside the document."""
        return member_path(self.given_name(name))

    def main_part(self, usual: str) -> str:
        """The part that the package says all others hang on; the one of the usual name where it says nothing."""
        named = [each.target for each in self.relations("") if each.kind == "officeDocument"]
        return next((name for name in named if name in self._given), "") or self.named(usual)

    def named(self, file: str) -> str:
        """The first part of this file name in any folder; empty where there is none."""
        return next((name for name in self._given if posixpath.basename(name) == file), "")

    def relations(self, name: str) -> list[Relation]:
        """What this part refers to; of the package itself for an empty name."""
        folder, file = posixpath.split(name)
        data = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        root = parse_xml(data).root if data else None
        if root is None:
            return []
        listed = (element for element in root if local_name(element) == "Relationship")
        found = (element.attrib for element in islice(listed, MOST_RELATIONS))
        return [
            Relation(
                str(each.get("Id", "")),
                str(each.get("Type", "")).rpartition("/")[2],
                str(each.get("Target", ""))
                if (external := each.get("TargetMode") == "External")
                else _resolved(folder, str(each.get("Target", ""))),
                external,
            )
            for each in found
        ]

    def take(self, name: str) -> tuple[bytes, list[Problem]]:
        """The part's bytes, to be read once and by another reader, and the problems of getting them."""
        known = len(self.problems)
        data = self._read.pop(name) if name in self._read else self._member(name)
        problems = self.problems[known:]
        del self.problems[known:]
        return data, problems

    def _take_names(self, given: list[str]) -> None:
        for place, name in enumerate(given):
            plain = plain_name(name)
            if plain.endswith("/") or not plain:
                continue
            if plain in self._places:
                self.problems.append(Problem(SkipReason.UNREADABLE, member_path(name), "second part of this name"))
                plain = self._second_name(plain)
                name = plain  # noqa: PLW2901 - two of one name, and a case of its own, would be one again
            self._places[plain] = place
            self._given[plain] = name.replace("\\", "/").strip("/")

    def _second_name(self, plain: str) -> str:
        """What the second part of one name is called here, so that both are read."""
        stem, ending = posixpath.splitext(plain)
        return next(name for number in count(2) if (name := f"{stem}~{number}{ending}") not in self._places)

    def _member(self, name: str) -> bytes:
        if self.is_spent:
            return b""
        try:
            member = self._index.read(self._places[name])
        except BudgetSpentError as error:  # one problem for this part and all behind it
            self.is_spent = True
            self.problems.append(Problem(SkipReason.BUDGET_SPENT, self.path(name), str(error)))
            return b""
        if member.problem:
            self.problems.append(Problem(member.problem, self.path(name), f"{len(member.data)} bytes of the part"))
        return member.data

    def _take_flat(self, data: bytes) -> None:
        """The parts of a flat package; a file of 2003 is one part, with the pictures in it as others."""
        parsed = parse_xml(data)
        if parsed.root is None:
            raise UnreadableError(SkipReason.UNREADABLE, "no markup")
        if parsed.repaired:
            reason = SkipReason.BUDGET_SPENT if parsed.cut else SkipReason.UNREADABLE
            self.problems.append(Problem(reason, "", "tags" if parsed.cut else "damaged XML"))
        if local_name(parsed.root) == "package":
            parts = ((_named(element, "name"), element) for element in parsed.root if local_name(element) == "part")
        else:
            self.flat_root = parsed.root
            parts = ((_named(each, "name").rpartition("/")[2], each) for each in parsed.root.iter("{*}binData"))
        for name, element in parts:
            plain = plain_name(name)
            if plain and plain not in self._given:
                self._given[plain] = name.strip("/")
                self._read[plain] = _flat_part(element)


def _named(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}" + name)), "")


def plain_name(name: str) -> str:
    """A part's name as it is looked up."""
    return name.replace("\\", "/").lstrip("/").lower()


def _resolved(folder: str, target: str) -> str:
    """The plain name of a relation's target, which is written as seen from its source."""
    plain = unquote(target.partition("#")[0]).replace("\\", "/").lower()
    return posixpath.normpath(posixpath.join("/", folder, plain)).lstrip("/")


def _flat_part(element: etree._Element) -> bytes:
    markup = element.find("{*}xmlData/*")
    if markup is not None:
        return bytes(etree.tostring(markup, with_tail=False))
    binary = element.find("{*}binaryData")
    text = "".join(map(str, (element if binary is None else binary).itertext()))
    try:
        return binascii.a2b_base64(text.encode("ascii", "ignore"))
    except binascii.Error:
        return b""
