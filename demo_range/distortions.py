"""What happens to a letter before it turns up somewhere: cut, re-typed, bundled."""

from __future__ import annotations

import random
from dataclasses import replace

from demo_range.sheets import Block, Sheet, plain_sheet

# Shares of the kinds of character error, after the confusions of scanned and re-typed clinic letters: most are one
# character taken for another, the rest lose one, add one, or split or join words.
_SUBSTITUTED, _DELETED, _INSERTED = 0.60, 0.15, 0.15

# Several characters that are read or typed as others, and back.
_CONFUSED = (
    ("rn", "m"),
    ("cl", "d"),
    ("vv", "w"),
    ("ii", "u"),
    ("0", "O"),
    ("1", "l"),
    ("5", "S"),
    ("8", "B"),
    ("6", "b"),
    ("e", "c"),
    ("a", "o"),
    ("h", "b"),
    ("t", "f"),
    ("n", "ri"),
    ("I", "l"),
    (",", "."),
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")


def retyped(text: str, rate: float, seed: int) -> str:
    """The text with character errors at `rate` errors a character; line breaks stay."""
    generator = random.Random(f"retyped/{seed}")
    out: list[str] = []
    place = 0
    while place < len(text):
        if text[place] == "\n" or generator.random() >= rate:
            out.append(text[place])
            place += 1
            continue
        written, read = _mistyped(text, place, generator)
        out.append(written)
        place += read
    return "".join(out)


def retyped_sheet(sheet: Sheet, rate: float, seed: int) -> Sheet:
    """A whole sheet typed again with errors, on plain paper: the letterhead goes into the text."""
    text = retyped(sheet.text, rate, seed)
    return plain_sheet("Transcript", *(part for part in text.split("\n\n") if part.strip()))


def excerpt(text: str, words: int, seed: int) -> str:
    """A run of `words` words from somewhere in the text, or all of it where it is shorter; spaces for line breaks."""
    listed = text.split()
    start = random.Random(f"excerpt/{seed}").randint(0, max(0, len(listed) - words))
    return " ".join(listed[start : start + words])


def bundle(*sheets: Sheet) -> Sheet:
    """Many letters as one run of text, as a day's transcripts come back in one file."""
    blocks: list[Block] = []
    for sheet in sheets:
        blocks += [*plain_sheet("\n".join(sheet.header)).blocks, *sheet.blocks]
    return replace(sheets[0], header=(), running="Transcripts of the day", blocks=tuple(blocks))


def _mistyped(text: str, place: int, generator: random.Random) -> tuple[str, int]:
    """What is written instead, and how many characters of the text that took."""
    draw = generator.random()
    if draw < _SUBSTITUTED:
        return _substituted(text, place, generator)
    if draw < _SUBSTITUTED + _DELETED:
        return "", 1
    if draw < _SUBSTITUTED + _DELETED + _INSERTED:
        return text[place] + generator.choice("etaoinshrdlu.,"), 1
    if text[place] == " ":
        return "", 1
    return f"{text[place]} ", 1


def _substituted(text: str, place: int, generator: random.Random) -> tuple[str, int]:
    choices = [(right, len(left)) for left, right in _CONFUSED if text.startswith(left, place)]
    choices += [(left, len(right)) for left, right in _CONFUSED if text.startswith(right, place)]
    if choices:
        return generator.choice(choices)
    row = next((row for row in _ROWS if text[place].lower() in row), "")
    if not row:
        return generator.choice("-'~*"), 1
    at = row.index(text[place].lower()) + generator.choice((-1, 1))
    return row[at % len(row)], 1
