"""Word's fields: which text is a result that people see, and what the form fields of old documents show."""

from __future__ import annotations

from enum import Enum, auto

from lxml import etree

from extraction.texts.xml_tree import local_name

_CHECKED, _UNCHECKED = "\u2612", "\u2610"
_KINDS = frozenset(["begin", "separate", "end"])
_NO = frozenset(["0", "false", "off"])


class FieldRole(Enum):
    """What a field character of a whole field does. Those of a field without an end are no such thing."""

    BEGIN = auto()
    # From here on the result.
    SEPARATE = auto()
    END = auto()
    END_WITHOUT_RESULT = auto()


def field_roles(root: etree._Element) -> dict[etree._Element, FieldRole]:
    """The field characters of all whole fields. In a damaged file one without an end would hide all that follows."""
    roles: dict[etree._Element, FieldRole] = {}
    opened: list[tuple[etree._Element, etree._Element | None]] = []
    for character in root.iter("{*}fldChar"):
        kind = next((word for word in map(str, character.values()) if word in _KINDS), "")
        if kind == "begin":
            opened.append((character, None))
        elif kind == "separate" and opened:
            begin, separate = opened[-1]
            opened[-1] = (begin, separate if separate is not None else character)
        elif kind == "end" and opened:
            begin, separate = opened.pop()
            roles[begin] = FieldRole.BEGIN
            roles[character] = FieldRole.END if separate is not None else FieldRole.END_WITHOUT_RESULT
            if separate is not None:
                roles[separate] = FieldRole.SEPARATE
    return roles


def form_value(element: etree._Element) -> str:
    """What a drop-down list or a check box of an old form shows. Its text fields show a field's result."""
    values = [(local_name(child), _attribute(child, "val")) for child in element]
    settings = dict(values)
    if local_name(element) == "checkBox":
        state = settings.get("checked", settings.get("default", "0"))
        return _UNCHECKED if state.lower() in _NO else _CHECKED
    entries = [value for name, value in values if name == "listEntry"]
    chosen = settings.get("result", settings.get("default", "0"))
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
