"""What lies at the estate's further suppliers: scans, archives, mail and recordings of the known letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from demo_range.archives import locked_7z, locked_pdf, mailbox, mailed, tarred, zipped
from demo_range.letters import House, Letter
from demo_range.plan import LetterName
from demo_range.recordings import dss_recording
from demo_range.rendering import Format, rendered
from demo_range.scans import scanned_pdf, scanned_tiff
from demo_range.site_pages import page, written_page
from demo_range.speech import RATE, as_wav, made_speech

Letters = Callable[[LetterName], Letter]

# Nobody is to open what this locks.
_PASSWORD = "not-in-any-scope"  # noqa: S105 - a made one
_LEFT = datetime(2026, 9, 10, 16, 40, tzinfo=UTC)
_DICTATED = datetime(2026, 9, 9, 8, 55, tzinfo=UTC)
# Seconds of a known dictation, and what of it a supplier left lying about.
_SECONDS, _CUT = 60, (8, 52)
# The page that only says something once its script has run.
_SCRIPTED = (
    b'<!DOCTYPE html><html><head><title>Book online</title></head><body><div id="root"></div>'
    b'<noscript>You need to enable JavaScript to run this app.</noscript><script src="/booking/main.js"></script>'
    b"</body></html>"
)
_SITE_LINKS = (
    ("/staff/rota.html", "Rota"),
    ("/booking/", "Book online"),
    ("/downloads/price-list.txt?sig=3f9a41c07be25d8812aa90c4d6e7f105", "Price list"),
    ("/patients/%2e%2e%2fadmin/list.html", "Old address of the list"),
)


def lay_out(folder: Path, letters: Letters) -> None:
    """Write everything below `calder` and `northgate`, and what the site has besides."""
    for root, files in (("calder", _calder(letters)), ("northgate", _northgate(letters)), ("site", _site())):
        for path, content in files.items():
            place = folder / root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            os.utime(place, (_LEFT.timestamp(), _LEFT.timestamp()))


def leave_dictations(folder: Path) -> Path:
    """The dictations that the organisation keeps, and their register; returns their folder."""
    dictations = folder / "dictations"
    dictations.mkdir(exist_ok=True)
    rows = ["letter_id,file"]
    for number in (1, 2):
        name = f"{number:04d}.wav"
        (dictations / name).write_bytes(as_wav(made_speech(number, _SECONDS)))
        rows.append(f"D{number:05d},{name}")
    (dictations / "dictations.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return dictations


def _calder(letters: Letters) -> Mapping[str, bytes]:
    def file(form: Format, house: House, number: int) -> bytes:
        return rendered(form, letters((house, number)).sheet)

    inner = zipped({"DS_0389.txt": file(Format.TXT, House.PLAIN, 5)})
    mails = [
        mailed("Returned unread", "Please see attached.", {"0431.docx": file(Format.DOCX, House.DICTATION, 5)}),
        mailed("Box 14", "All scanned, the box can go back.", {}),
    ]
    return {
        "Scans/box 14/0001.pdf": scanned_pdf(1, 1, letters((House.PRSB, 2)).sheet),
        "Scans/box 14/0002.tif": scanned_tiff(2, 1, letters((House.DISCHARGE, 3)).sheet),
        "Scans/box 14/0003-0006.pdf": scanned_pdf(
            3, None, letters((House.IVF, 4)).sheet, letters((House.PLAIN, 4)).sheet
        ),
        "Delivery/2024-06-11.zip": zipped(
            {"typed/DS_0388.docx": file(Format.DOCX, House.OUTPATIENT, 1), "typed/more.zip": inner}
        ),
        "Delivery/2024-06-18.7z": locked_7z({"DS_0401.txt": b"nobody reads this"}, _PASSWORD),
        "Delivery/backup.tar.gz": tarred(
            {"var/letters/0431.pdf": file(Format.PDF, House.DISCHARGE, 2), "etc/motd": b"Calder transfer host\n"}
        ),
        "Mail/returned.mbox": mailbox(*mails),
        "Mail/cover sheet.pdf": locked_pdf("Cover sheet", _PASSWORD),
        "Scans/box 14/0007.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        "Delivery/torn.docx": file(Format.DOCX, House.PRSB, 4)[:3000],
    }


def _northgate(letters: Letters) -> Mapping[str, bytes]:
    first, last = _CUT
    known = made_speech(1, _SECONDS)[first * RATE : last * RATE] * 0.5
    return {
        "jobs/2026-09/NG-20931.wav": as_wav(known),
        "jobs/2026-09/NG-20931.docx": rendered(Format.DOCX, letters((House.PRSB, 4)).sheet),
        "jobs/2026-09/NG-20932.wav": as_wav(made_speech(77, 20)),
        "jobs/2026-09/NG-20940.dss": dss_recording("QUAYE2208", _DICTATED, 210),
    }


def _site() -> Mapping[str, bytes]:
    return {
        "robots.txt": b"User-agent: *\nDisallow: /staff/\n",
        "staff/rota.html": page("Rota", "<p>Who is on call is for staff.</p>"),
        "booking/index.html": _SCRIPTED,
        "downloads/price-list.txt": b"Consultation 180, cycle 4,200, storage a year 340.\n",
        "prices.html": written_page("prices", _SITE_LINKS),
    }
