"""Where an Office file says it is from: core, application and custom properties, and the template of Word."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from lxml import etree

from extraction.office.office_package import Package
from extraction.records import Origin
from extraction.texts.prose_in_code import reads_as_prose
from extraction.texts.xml_tree import local_name, parse_xml

# Characters of one property that are kept; a title has 100, a list of keywords 500.
MOST_CHARACTERS = 1000
_CORE, _APPLICATION, _CUSTOM = "core-properties", "extended-properties", "custom-properties"
_USUAL = {_CORE: "docprops/core.xml", _APPLICATION: "docprops/app.xml", _CUSTOM: "docprops/custom.xml"}
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?")


def origin(package: Package, settings: str = "") -> tuple[Origin, ...]:
    """What the properties say, or nothing; `settings` is the part that names Word's template."""
    if package.flat_root is not None:
        return _origin_2003(package.flat_root)
    places = {**_USUAL, **{each.kind: each.target for each in package.relations("") if each.kind in _USUAL}}
    core, application, custom = (_properties(package, places[kind]) for kind in (_CORE, _APPLICATION, _CUSTOM))
    tool = " ".join(word for word in (application.get("Application"), application.get("AppVersion")) if word)
    remarks = [core.get("keywords"), core.get("category"), core.get("description"), application.get("Manager")]
    remarks += [f"{name}: {value}" for name, value in custom.items()]
    found = Origin(
        title=core.get("title"),
        subject=core.get("subject"),
        keywords=shortened("; ".join(remark for remark in remarks if remark)),
        author=core.get("creator"),
        last_author=core.get("lastModifiedBy"),
        organisation=application.get("Company"),
        template=_attached_template(package, settings) or application.get("Template"),
        tool=tool or None,
        language=core.get("language"),
        created=iso_date(core.get("created")),
        modified=iso_date(core.get("modified")),
    )
    return (found,) if found != Origin() else ()


def prose_of_properties(package: Package) -> list[str]:
    """Remarks and values that read as prose, whole; to be asked before the origin, as parts are parsed once."""
    found: dict[str, None] = {}
    for name in _USUAL.values():
        data = package.part(name)
        root = parse_xml(data).root if data else None
        for text in root.itertext() if root is not None else ():
            if reads_as_prose(str(text)):
                found[str(text).strip()] = None
    return list(found)


def _origin_2003(root: etree._Element) -> tuple[Origin, ...]:
    listed = root.find("{*}DocumentProperties")
    values = {local_name(element): shortened(element.text) for element in listed} if listed is not None else {}
    found = Origin(
        title=values.get("Title"),
        subject=values.get("Subject"),
        keywords=values.get("Keywords"),
        author=values.get("Author"),
        last_author=values.get("LastAuthor"),
        organisation=values.get("Company"),
        template=values.get("Template"),
        created=iso_date(values.get("Created")),
        modified=iso_date(values.get("LastSaved")),
    )
    return (found,) if found != Origin() else ()


def shortened(value: str | None) -> str | None:
    """A property of one line and bounded length, or None for an empty one."""
    return " ".join((value or "").split())[:MOST_CHARACTERS] or None


def iso_date(value: str | None) -> str | None:
    """The property, if it is a date."""
    return value if value and _DATE.fullmatch(value) else None


def _properties(package: Package, name: str) -> dict[str, str]:
    """Names and values of a part of properties. A damaged one is nobody's loss of text, so it makes no problem."""
    known = len(package.problems)
    root = package.xml(name)
    del package.problems[known:]
    found: dict[str, str] = {}
    for element in root if root is not None else ():
        name = str(element.get("name") or "") if local_name(element) == "property" else local_name(element)
        value = shortened("".join(_texts(element)))
        if name and value:
            found.setdefault(name, value)
    return found


def _texts(element: etree._Element) -> list[str]:
    return [str(text) for text in element.itertext()]


def _attached_template(package: Package, settings: str) -> str | None:
    found = [each.target for each in package.relations(settings) if each.kind == "attachedTemplate"] if settings else []
    name = unquote(found[0]).replace("\\", "/").rstrip("/") if found else ""
    return shortened(name.removeprefix("file:///")) if posixpath.basename(name) else None
