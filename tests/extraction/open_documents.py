"""OpenDocument files made by hand, for what the writers at hand do not write."""

from __future__ import annotations

import io
import zipfile

_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style")),
        *(("meta", "meta"), ("form", "form"), ("presentation", "presentation"), ("svg", "svg-compatible")),
    )
)
NAMESPACES = f'{_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
MIMETYPE = "application/vnd.oasis.opendocument."


def content(kind: str, body: str, styles: str = "") -> str:
    """A content part whose body is of this kind."""
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    inner = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    return f"<office:document-content {NAMESPACES}>{automatic}{inner}</office:document-content>"


def masters(*pages: str) -> str:
    """A styles part with these master pages."""
    inner = f"<office:master-styles>{''.join(pages)}</office:master-styles>"
    return f"<office:document-styles {NAMESPACES}>{inner}</office:document-styles>"


def master(name: str, inner: str) -> str:
    return f'<style:master-page style:name="{name}">{inner}</style:master-page>'


def packed(kind: str, parts: dict[str, str | bytes]) -> bytes:
    """A package of this kind."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE + kind)
        for name, data in parts.items():
            container.writestr(name, data)
    return buffer.getvalue()


def flat(kind: str, body: str, before: str = "") -> bytes:
    """The same as one XML file."""
    inner = f"{before}<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    return f'<office:document {NAMESPACES} office:mimetype="{MIMETYPE}{kind}">{inner}</office:document>'.encode()


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"
