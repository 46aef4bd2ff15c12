"""The distortions that leaked letters show, each in three strengths: 26, by number as the field notes list them.

Four are no text problem. What a matcher can be asked of them is asked here (nothing known, nothing claimed); the rest
is tested where it happens: sniffing of recordings and pictures in `documents` and `extraction`, damaged and nested
files in `extraction`, names and addresses of files that were never opened in `crawler` and `findings`.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.matching import furniture, rewriting
from benchmarks.matching.corpus import Block
from benchmarks.matching.edits import (
    cut,
    date_forms,
    identifier_forms,
    interleaved,
    name_forms,
    noisy,
    pages,
    replaced,
    without_dates,
    without_numbers,
    wrapped,
)
from benchmarks.matching.specimens import Specimen, Strength, Subject
from benchmarks.matching.templates import Mark
from demo_range.distortions import retyped
from demo_range.rendering import Format, rendered
from demo_range.sheets import plain_sheet
from extraction.reader import extract
from matchers.verdicts import Verdict

Distortion = Callable[[Subject, Strength], Specimen]

_ANYTHING = frozenset(Verdict)
_NOTHING = frozenset({Verdict.CLEAR, Verdict.UNDETERMINED})


def _one(subject: Subject, text: str, *parts: str) -> Specimen:
    return Specimen(text, (subject.letter.letter_id,), pages=parts)


def ocr_confusions(subject: Subject, strength: Strength) -> Specimen:
    """1: what scanners and typists take for something else, at 0.5, 2 and 8 % of the characters."""
    rate = strength.pick(0.005, 0.02, 0.08)
    return _one(subject, retyped(subject.letter.text, rate, subject.letter.number))


def line_breaks(subject: Subject, strength: Strength) -> Specimen:
    """2: another width; words divided; two columns read across."""
    text = subject.letter.text
    if strength is not Strength.SEVERE:
        return _one(subject, wrapped(text, strength.pick(80, 48, 0), hyphens=strength is Strength.MIDDLE))
    lines = wrapped(text, 44).split("\n")
    half = -(-len(lines) // 2)
    across = [f"{left:<46}{right}" for left, right in zip(lines[:half], [*lines[half:], ""], strict=False)]
    return _one(subject, "\n".join(across))


def running_heads(subject: Subject, strength: Strength) -> Specimen:
    """3: header, footer and page number in the middle of sentences, each 48, 24 or 10 lines."""
    lines = strength.pick(48, 24, 10)
    return _one(subject, furniture.with_running_heads(subject.letter, subject.generator, lines))


def pages_moved(subject: Subject, strength: Strength) -> Specimen:
    """4: pages in another order; one missing; all but one missing."""
    parts = furniture.shuffled_pages(subject.letter, subject.generator)
    kept = parts[: strength.pick(len(parts), max(1, len(parts) - 1), 1)]
    return _one(subject, "\n\n".join(kept), *kept)


def excerpt(subject: Subject, strength: Strength) -> Specimen:
    """5: 40, 20 or 10 % of the letter from anywhere, which can be template alone."""
    text = cut(subject.letter.text, strength.pick(0.4, 0.2, 0.1), subject.generator)
    return Specimen(text, (subject.letter.letter_id,), _ANYTHING)


def clinic_batch(subject: Subject, strength: Strength) -> Specimen:
    """6: 5, 20 or 50 letters in one file."""
    letters = furniture.drawn_letters(subject, strength.pick(5, 20, 50))
    return furniture.bundle(letters, [letter.text for letter in letters])


def mixed_letters(subject: Subject, strength: Strength) -> Specimen:
    """7: the previous patient's paragraph left in; two letters page by page; two letters paragraph by paragraph."""
    letter, other = subject.letter, subject.other_known()
    if strength is Strength.MILD:
        left = next(block for block in other.blocks if block.mark is Mark.STORY)
        at = next(place for place, block in enumerate(letter.blocks) if block.mark is Mark.STORY)
        texts = [block.text for block in (*letter.blocks[: at + 1], left, *letter.blocks[at + 1 :])]
        return Specimen("\n\n".join(texts), (letter.letter_id,), also=(other.letter_id,))
    if strength is Strength.MIDDLE:
        parts = interleaved(pages(letter.text, 20), pages(other.text, 20))
        return Specimen("\n".join(parts), (letter.letter_id, other.letter_id))
    parts = interleaved([block.text for block in letter.blocks], [block.text for block in other.blocks])
    return Specimen("\n\n".join(parts), (letter.letter_id, other.letter_id))


def names_masked(subject: Subject, strength: Strength) -> Specimen:
    """8: names as blocks, as XXXX, as a single letter and a dot."""
    letter = subject.letter
    if strength is Strength.SEVERE:
        return _one(subject, replaced(letter.text, {form: f"{form[:1]}." for form in name_forms(letter)}))
    return _one(subject, furniture.names_masked(letter, strength.pick("\u2588" * 6, "XXXX", "")))


def identifiers_masked(subject: Subject, strength: Strength) -> Specimen:
    """9: identifiers; names and dates too; every word with a digit too."""
    letter = subject.letter
    if strength is Strength.MILD:
        return _one(subject, replaced(letter.text, dict.fromkeys(identifier_forms(letter), "[REDACTED]")))
    masked = furniture.all_masked(letter, subject.generator)
    return _one(subject, masked if strength is Strength.MIDDLE else without_numbers(masked, lambda _: "##"))


def names_replaced(subject: Subject, strength: Strength) -> Specimen:
    """10: somebody else's names; identifiers too; and every number another."""
    letter, generator = subject.letter, subject.generator
    if strength is Strength.MILD:
        strangers = [form for form in name_forms(subject.other_known()) if form]
        return _one(subject, replaced(letter.text, {form: generator.choice(strangers) for form in name_forms(letter)}))
    text = furniture.all_replaced(letter, generator)
    return _one(subject, text if strength is Strength.MIDDLE else without_numbers(text, _next_digits))


def _next_digits(word: str) -> str:
    return "".join(str((int(one) + 3) % 10) if one.isascii() and one.isdigit() else one for one in word)


def dates_moved(subject: Subject, strength: Strength) -> Specimen:
    """11: the template's dates without separators; all dates moved; all dates gone."""
    letter = subject.letter
    if strength is Strength.MILD:
        forms = (*date_forms(letter), letter.fields["born"])
        return _one(subject, replaced(letter.text, {form: form.replace(" ", "-").replace("/", "-") for form in forms}))
    mask = _next_digits if strength is Strength.MIDDLE else lambda _: ""
    return _one(subject, without_dates(letter.text, mask))


def letters_changed(subject: Subject, strength: Strength) -> Specimen:
    """12: capitals alone; accents and smart quotes lost; every letter set apart by a space."""
    text = subject.letter.text
    if strength is Strength.MILD:
        return _one(subject, text.upper())
    if strength is Strength.MIDDLE:
        return _one(subject, rewriting.without_accents(rewriting.typographic(text)).lower())
    return _one(subject, "\n".join("  ".join(" ".join(word) for word in line.split()) for line in text.split("\n")))


def wrong_charset(subject: Subject, strength: Strength) -> Specimen:
    """13: UTF-8 read as cp1252, once and twice; soft hyphens and characters without width inside words."""
    text = rewriting.typographic(subject.letter.text)
    if strength is Strength.SEVERE:
        return _one(subject, rewriting.invisible_marks(text, subject.generator))
    return _one(subject, rewriting.wrong_charset(text, strength.pick(1, 2, 0)))


def in_a_file(subject: Subject, strength: Strength) -> Specimen:
    """14: written as HTML, as DOCX and as PDF, and read again by `extraction`."""
    letter = subject.letter
    head, *rest = (block.text for block in letter.blocks)
    form = strength.pick(Format.HTML, Format.DOCX, Format.PDF)
    return _read(subject, rendered(form, plain_sheet(head, *rest)))


def _read(subject: Subject, data: bytes) -> Specimen:
    parts = tuple(piece.text for piece in extract(data).pieces)
    return _one(subject, "\n".join(parts), *parts)


_PAGE = """<html><head><title>Transcripts</title></head><body>
<nav><ul><li><a href="/">Home</a><li><a href="/jobs">Jobs</a><li><a href="/help">Help</a></ul></nav>
<div class="cookies">We use cookies to make this site work. <button>Accept all</button> <button>Reject</button></div>
<main>%s</main><footer>Powered by a free server. All rights reserved.</footer></body></html>"""


def pasted(subject: Subject, strength: Strength) -> Specimen:
    """15: quoted in a mail; in a web page between menu and footer; in a layout table with entities."""
    text = subject.letter.text
    if strength is Strength.MILD:
        return _one(subject, "\n".join(f"> {line}" for line in wrapped(text, 72).split("\n")))
    paragraphs = [html.escape(part).replace("\n", "<br>") for part in text.split("\n\n")]
    if strength is Strength.MIDDLE:
        return _read(subject, (_PAGE % "".join(f"<p>{part}</p>" for part in paragraphs)).encode())
    numeric = [re.sub(r"[^\w&;<>#]", lambda found: f"&#{ord(found[0])};", part) for part in text.split("\n\n")]
    rows = "".join(f"<tr><td>{place}</td><td>{part}</td></tr>" for place, part in enumerate(numeric))
    return _read(subject, (_PAGE % f"<table><tr><td><table>{rows}</table></td></tr></table>").encode())


def typing_slips(subject: Subject, strength: Strength) -> Specimen:
    """16: slips in 1, 2 and 3 % of the words; from 2 abbreviations and American spelling; at 3 numbers in words."""
    text = rewriting.misspelt(subject.letter.text, strength.pick(0.01, 0.02, 0.03), subject.generator)
    if strength is not Strength.MILD:
        text = rewriting.abbreviated(text)
    return _one(subject, rewriting.numbers_in_words(text) if strength is Strength.SEVERE else text)


def recognised_speech(subject: Subject, strength: Strength) -> Specimen:
    """17: no punctuation, times, a homophone or hesitation at 2, 6 and 15 % of the words."""
    share = strength.pick(0.02, 0.06, 0.15)
    return _one(subject, rewriting.spoken(subject.letter.text, share, subject.generator))


def draft(subject: Subject, strength: Strength) -> Specimen:
    """18: 5 and 15 % of the sentences edited; 30 % with both texts, as tracked changes leave them."""
    text = rewriting.edited(subject.letter.text, strength.pick(0.05, 0.15, 0.3), subject.generator)
    if strength is not Strength.SEVERE:
        return _one(subject, text)
    both = interleaved(subject.letter.text.split("\n\n"), text.split("\n\n"))
    return _one(subject, "\n\n".join(both))


def stripped(subject: Subject, strength: Strength) -> Specimen:
    """19: no signature; no letterhead and footer either; the story alone."""
    gone = {Mark.SIGNING, Mark.COPIES} | strength.pick(
        set(), {Mark.HEADER, Mark.FOOTER, Mark.FIELDS}, set(Mark) - {Mark.STORY, Mark.MEDICINES}
    )
    kept: list[Block] = [block for block in subject.letter.blocks if block.mark not in gone]
    return _one(subject, "\n\n".join(block.text for block in kept))


def paraphrased(subject: Subject, strength: Strength) -> Specimen:
    """20: 10, 30 and 60 % of the words that a synonym table knows; at 60 % sentences turned and in another order.

    No translation is made here, and no machine's paraphrase: both are expected not to be found.
    """
    share = strength.pick(0.1, 0.3, 0.6)
    return Specimen(
        rewriting.said_otherwise(subject.letter.text, share, subject.generator), (subject.letter.letter_id,), _ANYTHING
    )


def in_a_record(subject: Subject, strength: Strength) -> Specimen:
    """21: a CSV cell a line; escaped JSON; HL7 version 2 observation segments."""
    text = subject.letter.text
    if strength is Strength.MILD:
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerows([number, line] for number, line in enumerate(wrapped(text, 100).split("\n"), 1))
        return _one(subject, out.getvalue())
    if strength is Strength.MIDDLE:
        return _one(subject, json.dumps({"id": 7, "kind": "letter", "body": json.dumps(text)}))
    lines = (line.replace("&", "\\T\\").replace("^", "\\S\\") for line in wrapped(text, 60).split("\n"))
    return _one(subject, "\r".join(f"OBX|{number}|FT|LETTER^||{line}||||||F" for number, line in enumerate(lines, 1)))


def recording(subject: Subject, _: Strength) -> Specimen:
    """22: the dictation itself. There is no text; nothing may be said about it here."""
    return Specimen("", (), _NOTHING, also=(subject.letter.letter_id,), partial=True)


def truncated(subject: Subject, strength: Strength) -> Specimen:
    """23: the first 75, 50 and 25 % of the letter, told to be incomplete."""
    text = subject.letter.text
    kept = text[: int(len(text) * strength.pick(0.75, 0.5, 0.25))]
    return Specimen(kept, (subject.letter.letter_id,), partial=True)


def watermarked(subject: Subject, strength: Strength) -> Specimen:
    """24: COPY after every page's worth of words, every line, and every fourth word."""
    words = subject.letter.text.split(" ")
    every = strength.pick(120, 14, 4)
    parts = [" ".join(words[start : start + every]) for start in range(0, len(words), every)]
    return _one(subject, " COPY ".join(parts))


def photographed(subject: Subject, strength: Strength) -> Specimen:
    """25: what reading a picture leaves: 2, 5 and 12 % error and 0, 3 and 8 % of the lines lost. No picture is made."""
    lines = wrapped(subject.letter.text, 80).split("\n")
    lost = strength.pick(0.0, 0.03, 0.08)
    kept = "\n".join(line for line in lines if subject.generator.random() >= lost)
    return _one(subject, noisy(kept, strength.pick(0.02, 0.05, 0.12), subject.generator))


def listed_only(subject: Subject, _: Strength) -> Specimen:
    """26: a file that was listed and never opened. There is no text; its name is no part of what is matched."""
    return Specimen("", (), _NOTHING, also=(subject.letter.letter_id,), partial=True)


DISTORTIONS: Mapping[str, Distortion] = MappingProxyType(
    {
        "1 OCR confusions": ocr_confusions,
        "2 line breaks, columns": line_breaks,
        "3 header and footer inside": running_heads,
        "4 pages moved, missing": pages_moved,
        "5 excerpt of anything": excerpt,
        "6 clinic batch": clinic_batch,
        "7 two letters mixed": mixed_letters,
        "8 names masked": names_masked,
        "9 identifiers masked": identifiers_masked,
        "10 names replaced": names_replaced,
        "11 dates moved": dates_moved,
        "12 capitals, accents, spacing": letters_changed,
        "13 wrong charset": wrong_charset,
        "14 HTML, DOCX, PDF": in_a_file,
        "15 pasted into a page": pasted,
        "16 typing slips": typing_slips,
        "17 speech recognition": recognised_speech,
        "18 draft": draft,
        "19 furniture stripped": stripped,
        "20 paraphrased": paraphrased,
        "21 CSV, JSON, HL7": in_a_record,
        "22 recording": recording,
        "23 truncated": truncated,
        "24 watermark through text": watermarked,
        "25 photograph": photographed,
        "26 listed, not opened": listed_only,
    }
)
