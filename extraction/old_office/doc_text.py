"""Word's characters to text: fields, marks, and what is left of a file whose tables are lost."""

from __future__ import annotations

import re

from extraction.office.symbol_fonts import symbol

_BEGIN, _SEPARATOR, _END = "\x13", "\x14", "\x15"
_FIELD_MARKS = re.compile("([\x13\x14\x15])")
_MARKS = {
    **dict.fromkeys(range(32)),
    0x07: "\n",  # end of a cell, and of a row
    0x09: "\t",
    0x0B: "\n",
    0x0C: "\n",
    0x0D: "\n",
    0x0E: "\n",
    0x1E: "-",
    0xAD: None,  # a hyphen that shows only where a line breaks
    0xFEFF: None,
    0xFFFC: None,
    # Characters of symbol fonts, of which the text does not say which: Greek of one, ticks and boxes of another.
    **{0xF000 + place: symbol("symbol", f"{place:X}") for place in range(0x20, 0x100)},
    **{0xF000 + place: symbol("wingdings", f"{place:X}") for place in (0xA8, 0xFB, 0xFC, 0xFD, 0xFE)},
}
_EMPTY_LINES = re.compile(r"\n[\s\n]*\n")
# Fields without a result of their own that show a part of their instruction: "MACROBUTTON Macro Click here".
_SHOWN_INSTRUCTION = re.compile(r"\s*(?:MACROBUTTON|GOTOBUTTON)\s+\S+\s+(.*)", re.IGNORECASE | re.DOTALL)
# Characters of a run of text in a damaged file. Shorter ones are mostly tables of numbers that look like letters.
SHORTEST_RUN = 24
_WIDE_RUN = re.compile(
    rb"(?:[\t\r\x07\x0b\x0c\x13-\x15\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01-\x05]|[\x10-\x3a]\x20){%d,}" % SHORTEST_RUN
)
_NARROW_RUN = re.compile(rb"[\t\r\x07\x0b\x0c\x13-\x15\x20-\x7e\x80-\xff]{%d,}" % SHORTEST_RUN)
# Share of letters, digits, blanks and marks of prose in what passes for text. Letters have 0.97, tables of numbers 0.5.
_PROSE_SHARE = 0.8
_PROSE = re.compile(r"[\w\s.,:;/()'\u2018\u2019\u201c\u201d\u2013-]")


def shown(text: str) -> str:
    """What a reader of the page sees: results of fields without their instructions, one line a paragraph."""
    if _BEGIN in text:
        text = _without_instructions(text)
    text = text.translate(_MARKS)
    return _EMPTY_LINES.sub("\n", text).strip()


def shown_instruction(instruction: str) -> str:
    """What a field without a result shows of its instruction, mostly nothing."""
    found = _SHOWN_INSTRUCTION.match(instruction)
    return found[1] if found else ""


def _without_instructions(text: str) -> str:
    """Fields nest. One that is not closed is no field: what follows it is kept."""
    kept: list[str] = []
    fields: list[tuple[int, bool]] = []  # where each open one begins in `kept`, and whether its result has begun
    for part in _FIELD_MARKS.split(text):
        if part == _BEGIN:
            fields.append((len(kept), False))
        elif part == _SEPARATOR and fields and not fields[-1][1]:
            start, _ = fields.pop()
            del kept[start:]
            fields.append((start, True))
        elif part == _END and fields:
            start, has_result = fields.pop()
            if not has_result:
                kept[start:] = [shown_instruction("".join(kept[start:]))]
        elif part not in (_SEPARATOR, _END):
            kept.append(part)
    return "".join(kept)


def runs_of_text(stream: bytes, codec: str) -> str:
    """Whatever looks like prose in the stream, in its order, of one and of two bytes a character."""
    found: list[tuple[int, str]] = []
    covered: list[tuple[int, int]] = []
    for run in _WIDE_RUN.finditer(stream):
        text = run[0].decode("utf-16-le", "replace")
        if _is_prose(text):
            found.append((run.start(), text))
            covered.append(run.span())
    at = 0
    for start, end in [*covered, (len(stream), len(stream))]:
        for run in _NARROW_RUN.finditer(stream, at, start):
            text = run[0].decode(codec, "replace")
            if _is_prose(text):
                found.append((run.start(), text))
        at = end
    return "\n".join(shown(text) for _, text in sorted(found))


def _is_prose(text: str) -> bool:
    sample = text[:2000]
    return len(_PROSE.findall(sample)) >= _PROSE_SHARE * len(sample)
