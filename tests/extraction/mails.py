"""Mails made for the tests of this room, by Python's own writer and by hand."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

from tests.extraction.archives import LETTER


def mail(body: str = LETTER, subject: str = "Clinic letter") -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Dr Example <example@clinic.example>"
    message["To"] = "Dr Sample <sample@practice.example>"
    message["Date"] = "Mon, 02 Mar 2026 09:30:00 +0100"
    message["Subject"] = subject
    message["X-Mailer"] = "Example Mailer 1.0"
    message.set_content(body)
    return message


def raw(headers: str, body: bytes | str = b"") -> bytes:
    """Headers and a body as they are."""
    head = "From: a@clinic.example\nMIME-Version: 1.0\n" + headers
    return head.encode() + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def multipart(kind: str, *parts: bytes, closed: bool = True, boundary: str = "frontier") -> bytes:
    """A mail of these parts, each with its own headers."""
    body = b"".join(b"--%s\n%s\n" % (boundary.encode(), part) for part in parts)
    end = b"--%s--\n" % boundary.encode() if closed else b""
    return raw(f'Content-Type: multipart/{kind}; boundary="{boundary}"', body + end)
