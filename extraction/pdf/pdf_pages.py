"""The text of one page of a PDF: every text on it, in reading order, with what its annotations say."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

import pypdfium2.raw as pdfium

from extraction.pdf.pdf_annotations import PageAnnotations

# PDFium writes these two where a hyphen at a line end breaks a word. It stays: "follow-up" breaks there too.
_LINE_HYPHENS = re.compile("[\ufffe\x02]")
# A soft hyphen shows at line ends only, and there it is not a letter of the word.
_SOFT_HYPHENS = re.compile("\xad\\s*\n|\xad")
# Characters whose angle is asked for, to tell which way up most of a page was set.
_ASKED = 7
_QUARTER = 90


class PageText:
    """One page, opened.

    Attributes:
        page: PDFium's, turned so that most of its text is upright; annotations with an appearance are part of it.
        layer: what is set on it: also what is white, invisible, covered, on hidden layers or outside the crop box.
        notes: what its notes and fields hold, a line each.
        text: both, each thing once.
        attached: numbers of annotations that carry files.
        left_out: how many annotations were not looked at.
    """

    def __init__(self, document: Any, index: int) -> None:
        page = document[index]
        annotations = PageAnnotations(page, document.formenv)
        if annotations.drawn:  # what fields and stamps show is no text of the page before it is made part of it
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = document[index]
        self.page = page
        self.attached = annotations.attached
        self.left_out = annotations.left_out
        self.layer = _upright_text(page)
        self.notes = "\n".join(annotations.texts)
        missing = annotations.missing_from(self.layer) if annotations.texts else ()
        self.text = "\n".join([self.layer, *missing]) if missing else self.layer


def _upright_text(page: Any) -> str:
    """Lines of a page that lies on its side, or whose text does, come in reverse order unless it is turned."""
    if page.get_rotation():
        page.set_rotation(0)
    text_page = page.get_textpage()
    turned = _turned_by(text_page)
    if turned:
        text_page.close()
        page.set_rotation(turned)
        text_page = page.get_textpage()
    text: str = text_page.get_text_range()
    text_page.close()
    text = text.replace("\r\n", "\n")
    return _SOFT_HYPHENS.sub("", _LINE_HYPHENS.sub("-", text)) if "\xad" in text else _LINE_HYPHENS.sub("-", text)


def _turned_by(text_page: Any) -> int:
    """The rotation of the page, in degrees, under which most of its text is upright."""
    count = text_page.count_chars()
    angles: Counter[int] = Counter()
    for part in range(1, _ASKED + 1):
        angle = pdfium.FPDFText_GetCharAngle(text_page, count * part // (_ASKED + 1))
        if angle >= 0:  # negative where there is no such character
            angles[round(angle * 2 / math.pi) * _QUARTER % 360] += 1
    return (360 - angles.most_common(1)[0][0]) % 360 if angles else 0
