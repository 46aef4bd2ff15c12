"""PDFium's strings: asked for their size first, UTF-16 with a NUL at the end."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2.raw as pdfium

# Bytes of one string; a text field of a form holds a page at most.
_MOST_BYTES = 1 << 20
_NUL_BYTES = 2


def pdfium_string(getter: Callable[..., int], *of: object) -> str:
    """What `getter` says of these, with line feeds only; empty where there is nothing."""
    size = min(getter(*of, None, 0), _MOST_BYTES)
    if size <= _NUL_BYTES:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size // _NUL_BYTES))()
    getter(*of, buffer, size)
    text = bytes(buffer)[: size - _NUL_BYTES].decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
