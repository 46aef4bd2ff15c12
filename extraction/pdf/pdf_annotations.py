"""What hangs on a page of a PDF: values of form fields, notes, stamps, attached files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from extraction.pdf.pdf_strings import pdfium_string
from extraction.texts.visible_text import visible_text

# Annotations of one page that are looked at. A form has up to 300, a page of an index 200 links.
MOST_ANNOTATIONS = 2000
_NO_TEXT = (pdfium.FPDF_ANNOT_LINK,)
_NO_APPEARANCE = (*_NO_TEXT, pdfium.FPDF_ANNOT_POPUP)
_TICKED = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_VALUED = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_NO_WORD = re.compile(r"[\W_]+")


class PageAnnotations:
    """The annotations of one page, read before they become part of it.

    Attributes:
        texts: values and contents, each once, in the page's order.
        attached: numbers of those that carry a file.
        drawn: has any an appearance that the page's own text lacks?
        left_out: how many were not looked at.
    """

    def __init__(self, page: Any, form: Any) -> None:
        self.attached: list[int] = []
        self.drawn = False
        count = pdfium.FPDFPage_GetAnnotCount(page)
        self.left_out = max(0, count - MOST_ANNOTATIONS)
        found: dict[str, None] = {}
        for index in range(min(count, MOST_ANNOTATIONS)):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)
            if annotation:
                found.update((text, None) for text in self._texts_of(annotation, index, form) if text.strip())
                pdfium.FPDFPage_CloseAnnot(annotation)
        self.texts = list(found)

    def missing_from(self, text: str) -> list[str]:
        """Those that the page's text does not show already."""
        shown = _letters(text)
        return [each for each in self.texts if _letters(each) not in shown]

    def _texts_of(self, annotation: Any, index: int, form: Any) -> Iterator[str]:
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        self.drawn = self.drawn or kind not in _NO_APPEARANCE
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            yield from _field_texts(annotation, form)
        elif kind not in _NO_TEXT:
            yield pdfium_string(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents")
            rich = pdfium_string(pdfium.FPDFAnnot_GetStringValue, annotation, b"RC")
            yield visible_text(rich).text if rich else ""
        if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
            self.attached.append(index)


def attached_files(document: Any, page: int, carriers: Iterable[int]) -> Iterator[Any]:
    """The files that these annotations of a page carry. Each is PDFium's until the next one is asked for."""
    opened = document[page]
    for index in carriers:
        annotation = pdfium.FPDFPage_GetAnnot(opened, index)
        raw = pdfium.FPDFAnnot_GetFileAttachment(annotation) if annotation else None
        if raw:
            yield pypdfium2.PdfAttachment(raw, document)
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)
    opened.close()


def _field_texts(widget: Any, form: Any) -> Iterator[str]:
    """A value as it was filled in; a box that is ticked by its name and what it stands for."""
    if form is None:
        yield pdfium_string(pdfium.FPDFAnnot_GetStringValue, widget, b"V")
        return
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, widget)
    if kind in _VALUED:
        yield pdfium_string(pdfium.FPDFAnnot_GetFormFieldValue, form, widget)
    elif kind in _TICKED and pdfium.FPDFAnnot_IsChecked(form, widget):
        name = pdfium_string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, widget)
        name = name or pdfium_string(pdfium.FPDFAnnot_GetFormFieldName, form, widget)
        value = pdfium_string(pdfium.FPDFAnnot_GetFormFieldExportValue, form, widget)
        yield f"{name}: {value}" if value else name


def _letters(text: str) -> str:
    return _NO_WORD.sub("", text.casefold())
