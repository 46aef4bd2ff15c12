"""Files made for the tests of this room: honest ones by python-docx and reportlab, hostile ones by hand."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from extraction.records import Content, Embedded

LETTER_LINES = [
    "Example Fertility Clinic, 1 Sample Street, Sampletown",
    "Our reference: EX/0001",
    "Dear Dr Sample,",
    "Thank you for referring this patient, who was seen in the clinic on Monday morning.",
    "She will be reviewed in six weeks, with the results of the blood tests.",
    "Yours sincerely, Dr Example",
]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def pdf(
    pages: int = 1,
    rotation: int = 0,
    encryption: StandardEncryption | None = None,
    draw: Callable[[Any], None] | None = None,
    lines: list[str] | None = None,
) -> bytes:
    """A PDF with the letter, or `lines`, on every page and whatever `draw` adds."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=encryption, invariant=True)
    for number in range(1, pages + 1):
        if rotation:
            canvas.setPageRotation(rotation)
        for index, line in enumerate(LETTER_LINES if lines is None else lines):
            canvas.drawString(60, 800 - 20 * index, line.replace("{page}", str(number)))
        if draw:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects; the first is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table))
    return out.getvalue()


def pdf_stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def one_page_pdf(content_stream: bytes, catalogue: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """One page with this content stream object; `more` are objects from number 6 on."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        content_stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    )


def flate_bomb(megabytes: int) -> bytes:
    """A page whose content is this much text operators, in a few kilobytes."""
    squeeze = zlib.compressobj(9)
    block = b"(A) Tj\n" * 150_000
    packed = squeeze.compress(b"BT /F 12 Tf 100 700 Td\n")
    packed += b"".join(squeeze.compress(block) for _ in range(megabytes)) + squeeze.flush()
    return one_page_pdf(pdf_stream(packed, b"/Filter/FlateDecode"))


def pdf_with_attachments(*attached: bytes) -> bytes:
    """The page says "cover note"; the files hang at the document."""
    files: list[bytes] = []
    names = b""
    for index, content in enumerate(attached):
        spec, stream = 6 + 2 * index, 7 + 2 * index
        names += b"(file%d)%d 0 R" % (index, spec)
        files += [b"<</Type/Filespec/F(attachment-%d)/EF<</F %d 0 R>>>>" % (index + 1, stream), pdf_stream(content)]
    catalogue = b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % names
    return one_page_pdf(pdf_stream(b"BT /F 12 Tf 100 700 Td (cover note) Tj ET"), catalogue, tuple(files))


def docx(parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word file of these parts and nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def word_part(body: str, root: str = "document", namespace: str = WORD, prolog: str = "") -> str:
    """A part with this body, in which `w:` is Word's namespace and `mc:` that of alternatives."""
    alternatives = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    return f'{prolog}<w:{root} xmlns:w="{namespace}" xmlns:mc="{alternatives}">{body}</w:{root}>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def files_in(content: Content) -> list[Embedded]:
    """The files inside, without what is told of others."""
    return [each for each in content.embedded if isinstance(each, Embedded)]
