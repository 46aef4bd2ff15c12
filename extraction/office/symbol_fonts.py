"""Characters of symbol fonts, which office files give by their place in the font."""

from __future__ import annotations

# Places that letters use; what is not here stands for a picture, and reads as a space.
_GREEK = dict(zip("abcdefghijklmnopqrstuxwyz", "αβχδεφγηιϕκλμνοπθρστυξωψζ", strict=True))
_GREEK_CAPITALS = dict(zip("DFGLPQSWXY", "ΔΦΓΛΠΘΣΩΞΨ", strict=True))
_SIGNS = {0xA3: "≤", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈"}  # noqa: RUF001
_SYMBOL = {
    **{ord(place): letter for place, letter in (_GREEK | _GREEK_CAPITALS).items()},
    **_SIGNS,
    **{0x6D: "µ", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xBD: "|", 0xD6: "√"},
}
_WINGDINGS = {0xFC: "✓", 0xFB: "✗", 0xFE: "☒", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x9F: "•", 0x6C: "●", 0xE0: "→"}
_PRIVATE = 0xF000
_FONT_PLACES = 0x100


def symbol(font: str, code: str) -> str:
    """The character at a place, in hexadecimal digits, of a font."""
    try:
        place = int(code, 16)
    except ValueError:
        return " "
    if _PRIVATE <= place < _PRIVATE + _FONT_PLACES:
        place -= _PRIVATE
    elif place >= _FONT_PLACES:
        return chr(place) if place <= 0x10FFFF and not 0xD800 <= place <= 0xDFFF else " "  # noqa: PLR2004
    name = font.lower()
    if name == "symbol":
        return _SYMBOL.get(place) or (chr(place) if chr(place).isascii() and chr(place).isprintable() else " ")
    if name.startswith("wingdings"):
        return _WINGDINGS.get(place, " ")
    return chr(place) if chr(place).isprintable() else " "
