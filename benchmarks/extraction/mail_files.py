"""Letters in mails: as the body in several encodings, as an attachment, in a forwarded mail, in a mailbox."""

from __future__ import annotations

import mailbox
import tempfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from benchmarks.extraction.letters import Letter
from benchmarks.extraction.msg_writer import BODY, HTML, SENDER, SUBJECT, msg, streams, winmail
from benchmarks.extraction.plain_files import plain_page
from benchmarks.extraction.rendered import Format, Rendered, whole
from demo_range.rendering import Format as RangeFormat
from demo_range.rendering import rendered

_SHEETS = {"pdf": ("application", "pdf"), "docx": ("application", "octet-stream")}


def mail(subject: str = "Clinic letter") -> EmailMessage:
    """A mail without a body."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = "Secretary <secretary@example.org>"
    made["To"] = "Practice <practice@example.net>"
    made["Date"] = "Mon, 06 May 2024 09:00:00 +0100"
    made["Message-ID"] = "<letter.1@example.org>"
    made["Subject"] = subject
    return made


def body(letter: Letter, charset: str, encoding: str) -> Rendered:
    """The letter is what is written in the mail."""
    made = mail()
    made.set_content(letter.text.encode(charset, "replace").decode(charset), charset=charset, cte=encoding)
    return Rendered(made.as_bytes(), whole(letter))


def page(letter: Letter) -> Rendered:
    """A page of HTML with a plain part that only says so."""
    made = mail()
    made.set_content("This mail is best read as a page.")
    made.add_alternative(plain_page(letter).data.decode(), subtype="html")
    return Rendered(made.as_bytes(), whole(letter))


def with_attachment(letter: Letter) -> Rendered:
    """The letter hangs on the mail, as Word or PDF by turns, under a name that does not always tell."""
    form = RangeFormat.PDF if len(letter.text) % 2 else RangeFormat.DOCX
    return Rendered(_with_file(letter, form).as_bytes(), whole(letter))


def _with_file(letter: Letter, form: RangeFormat) -> EmailMessage:
    made = mail("Brief für Sie \u2013 letter")
    made.set_content("Please see the attachment.\n")
    kind, subtype = _SHEETS[form]
    made.add_attachment(rendered(form, letter.sheet), maintype=kind, subtype=subtype, filename=f"Brief Müller.{form}")
    return made


def forwarded(letter: Letter) -> Rendered:
    """A mail in a mail in a mail, the innermost with an attachment."""
    inner = _with_file(letter, RangeFormat.DOCX)
    for _ in range(2):
        outer = mail("Fwd: Clinic letter")
        outer.set_content("See below.")
        outer.add_attachment(inner)
        inner = outer
    return Rendered(inner.as_bytes(), whole(letter))


def mbox(letter: Letter) -> Rendered:
    """A mailbox of three: the letter's text, another mail with a line that begins with From, an attachment."""
    third = len(letter.sheet.blocks) // 2
    first, second = letter.sheet.blocks[:third], letter.sheet.blocks[third:]
    head, tail = ("\n".join(block.text for block in blocks) for blocks in (first, second))
    parts = ("\n".join(letter.sheet.header), head, tail, letter.sheet.footer)
    with tempfile.TemporaryDirectory(prefix="stray-mbox-") as folder:
        path = Path(folder) / "box"
        box = mailbox.mbox(path)
        for made in _mails(parts):
            box.add(made)
        box.close()
        return Rendered(path.read_bytes(), parts)


def _mails(parts: tuple[str, ...]) -> Iterator[EmailMessage]:
    header, head, tail, footer = parts
    first = mail()
    first.set_content(f"{header}\n\n{head}\n")
    second = mail("Lunch")
    second.set_content("From the canteen: there is soup today.\nFrom tomorrow on there is fish.\n")
    third = mail()
    third.set_content("The rest is attached.")
    third.add_attachment(f"{tail}\n\n{footer}\n", filename="rest.txt")
    return iter((first, second, third))


def outlook(letter: Letter) -> Rendered:
    """A message as Outlook saves it, the letter as its text."""
    return Rendered(msg({SUBJECT: "Clinic letter", SENDER: "Secretary", BODY: letter.text}), whole(letter))


def outlook_page(letter: Letter) -> Rendered:
    """The same with a page of HTML, and strings of the Windows code page."""
    values: dict[int, str | bytes | int] = {SUBJECT: "Clinic letter", HTML: plain_page(letter).data}
    return Rendered(msg(values, codec="cp1252"), whole(letter))


def outlook_attachment(letter: Letter) -> Rendered:
    """The letter hangs on a message that hangs on a message."""
    attached = [("letter.docx", rendered(RangeFormat.DOCX, letter.sheet))]
    inner = streams({SUBJECT: "Letter", BODY: "Attached."}, attached, head=24)
    return Rendered(msg({SUBJECT: "Fwd: Letter", BODY: "See below."}, inside=[inner]), whole(letter))


def winmail_file(letter: Letter) -> Rendered:
    """What other mail programs get of a message of Outlook's: winmail.dat."""
    attached = [("letter.pdf", rendered(RangeFormat.PDF, letter.sheet))]
    return Rendered(winmail({SUBJECT: "Letter", BODY: "Attached."}, attached), whole(letter))


FORMATS = (
    Format("eml quoted-printable", "eml", partial(body, charset="utf-8", encoding="quoted-printable")),
    Format("eml base64 cp1252", "eml", partial(body, charset="windows-1252", encoding="base64")),
    Format("eml 8-bit latin-1", "eml", partial(body, charset="iso-8859-1", encoding="8bit")),
    Format("eml html", "eml", page),
    Format("eml attachment", "eml", with_attachment),
    Format("eml forwarded twice", "eml", forwarded),
    Format("mbox", "mbox", mbox),
    Format("msg", "msg", outlook),
    Format("msg html", "msg", outlook_page),
    Format("msg in msg with attachment", "msg", outlook_attachment),
    Format("winmail.dat", "dat", winmail_file),
)
