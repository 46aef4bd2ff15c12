"""Markup whose tags do not fit, made to fit: a parser stops at some damage, and what comes behind it would be lost."""

from __future__ import annotations

import re

# Open tags at once, after which all but the root are closed. Parsers stop at 256 or 2,048; office files have thirty.
_DEEPEST = 200
_TAG = re.compile(
    r"""<(/?)([A-Za-z_][\w.-]{0,60}+(?::[A-Za-z_][\w.-]{0,60}+)?)"""
    r"""((?:\s++[A-Za-z_][\w:.-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+)\s*+(/?)>"""
)
_BROKEN = re.compile(r"<[/?!A-Za-z_][^<>]*+>?|<")


def mended_tags(text: str) -> str:
    """The same with every tag closed, and without what is no tag; the first tag stays the only root."""
    out: list[str] = []
    opened: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        if opened:
            out.append(_BROKEN.sub(" ", text[at : tag.start()]))
        at = tag.end()
        closes, name, _, empty = tag.groups()
        if closes:
            _close(name, opened, out)
        else:
            if len(opened) > _DEEPEST:
                _close(opened[1], opened, out)
            out.append(tag[0])
            if not empty:
                opened.append(name)
            elif not opened:
                break
    if opened:
        out.append(_BROKEN.sub(" ", text[at:]))
    return "".join([*out, *(f"</{name}>" for name in reversed(opened))])


def _close(name: str, opened: list[str], out: list[str]) -> None:
    """Close this tag and those inside it. The root's end comes last: text behind an early one is text as well."""
    if name not in opened[1:]:
        return
    while (last := opened.pop()) != name:
        out.append(f"</{last}>")
    out.append(f"</{name}>")
