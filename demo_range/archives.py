"""What letters are packed in: archives within archives, mail with attachments, files behind a password."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import py7zr
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

Files = Mapping[str, bytes]

# Members bear this moment, so that an archive is the same whenever it is made: 14 June 2024, 17:30.
_MOMENT = (2024, 6, 14, 17, 30, 0)
_EPOCH = 1_718_386_200
_FROM, _TO = "typing@mediscript.example", "secretaries@ashcombe.example"


def zipped(files: Files) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Files) -> bytes:
    """A tar file, compressed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), _EPOCH
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def locked_7z(files: Files, password: str) -> bytes:
    """A 7z file whose contents and names want a password."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=True) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return out.getvalue()


def locked_pdf(text: str, password: str) -> bytes:
    """A page that wants a password before it is shown."""
    out = io.BytesIO()
    canvas: Any = Canvas(out, pagesize=A4, encrypt=StandardEncryption(password, canPrint=0))
    canvas.drawString(72, 720, text)
    canvas.save()
    return out.getvalue()


def mailed(subject: str, text: str, attached: Files) -> bytes:
    """One mail with attachments, as it is saved to a file."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = _FROM, _TO, subject
    mail["Date"] = "Fri, 14 Jun 2024 17:30:00 +0000"
    mail.set_content(text)
    for name, content in attached.items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def mailbox(*mails: bytes) -> bytes:
    """Mails as a mail program keeps a folder of them."""
    return b"".join(b"From typing@mediscript.example Fri Jun 14 17:30:00 2024\n" + mail + b"\n" for mail in mails)
