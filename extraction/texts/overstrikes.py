"""Text with backspaces, as it stands on paper: bold, underlined and accented letters, and corrections."""

from __future__ import annotations

import re
from unicodedata import normalize

# A character struck twice is bold, one struck over a line is underlined: either is that character once.
_TWICE = re.compile(r"(?<!\x08)(?:_\x08([^\x08])|([^\x08])\x08(?:_|\2))")
_BACKSPACES = re.compile(r"(\x08+)")
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "¨": "\u0308", "~": "\u0303"}
_ACCENTS |= {",": "\u0327", "°": "\u030a"}
_STROKES = {("o", "/"): "ø", ("O", "/"): "Ø", ("c", "|"): "¢", ("L", "-"): "£", ("=", "/"): "≠"}
# Letters that others may be struck over for a correction, in a line and by share of its letters; beyond that no
# correction is what it is, and all of them are kept. The same of a whole text, in letters and by share.
_CORRECTED, _CORRECTED_SHARE = 3, 0.25
_ALL_CORRECTED, _ALL_SHARE = 20, 0.1
# Characters of lines with backspaces that are put together one by one: 1 s. In the rest all letters are kept.
_MOST_CHARACTERS = 1_000_000


def struck(text: str) -> str:
    """The text without backspaces. Of two characters at one place the letter stays, of two letters the later one."""
    text = _TWICE.sub(lambda pair: pair[1] or pair[2], text)
    if "\x08" not in text:
        return text
    lines = text.split("\n")
    left, lost, letters = _MOST_CHARACTERS, 0, 0
    shown = list(lines)
    for number, line in enumerate(lines):
        if "\x08" not in line:
            letters += len(line)
            continue
        left -= len(line)
        written = sum(map(str.isalnum, line))
        on_paper, gone = _on_paper(line) if left >= 0 else ("", len(line))
        is_correction = gone <= max(_CORRECTED, _CORRECTED_SHARE * written)
        shown[number] = on_paper if is_correction else line.replace("\x08", "")
        lost += gone
        letters += written
    if lost > max(_ALL_CORRECTED, _ALL_SHARE * letters):
        return text.replace("\x08", "")
    return "\n".join(shown)


def _on_paper(line: str) -> tuple[str, int]:
    """The line as printed, and how many letters in it lie under others."""
    places: list[str] = []
    at = lost = 0
    for part in _BACKSPACES.split(line):
        if part.startswith("\x08"):
            at = max(at - len(part), 0)
            continue
        over = places[at : at + len(part)]
        for index, (below, above) in enumerate(zip(over, part, strict=False)):
            places[at + index] = _together(below, above)
            lost += below.isalnum() and above.isalnum() and below != above
        places += part[len(over) :]
        at += len(part)
    return "".join(places), lost


def _together(below: str, above: str) -> str:
    """One character for two at one place."""
    for letter, sign in ((below, above), (above, below)):
        if letter.isalpha() and sign in _ACCENTS:
            composed = normalize("NFC", letter + _ACCENTS[sign])
            return composed if len(composed) == 1 else letter
        if (letter, sign) in _STROKES:
            return _STROKES[letter, sign]
    return below if below.isalnum() and not above.isalnum() else above if not above.isspace() else below
