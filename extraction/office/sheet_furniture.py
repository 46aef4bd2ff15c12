"""Headers and footers of spreadsheets: text between codes."""

from __future__ import annotations

import re

# Font, colour, size, the three sections, page numbers, dates, file names, effects; "&&" is a character.
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|(?P<section>[LCR])|(?P<sign>&)|[A-Za-z])')


def header_text(codes: str) -> str:
    """What is shown of it, a line a section."""
    text = _CODE.sub(lambda found: "\n" if found["section"] else found["sign"] or "", codes)
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())
