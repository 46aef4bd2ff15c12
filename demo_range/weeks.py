"""Nine sweeps in seven weeks: what changes at the estate before each, and under what conduct it is swept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from demo_range.estate import Conduct, Estate, Extra
from demo_range.letters import House
from demo_range.rendering import Format, rendered
from demo_range.site_pages import written_page

Change = Callable[[Estate], None]

# The batch of the incident: consultations of couples, sent back for audit and left where everybody could read them.
BATCH = "QA/audit 2026-10"
BATCH_NUMBERS = (0, 1, 2, 3, 5)
_BATCH_DAY, _NEW_DAY = date(2026, 10, 14), date(2026, 10, 23)
_MIRROR = "ashcombe-transcripts"
_MIRRORED = ("2026/10/audit/IVF-0001.docx", "2026/10/audit/IVF-0003.docx")
_GOVERNANCE = "site/patients/downloads/governance"
_STORY = "site/patients/story-of-a-cycle.html"

_PORTAL_FIRST = (
    "/status/429",
    "/status/500",
    "/redirect-loop",
    "/redirect-out",
    "/short",
    "/large",
    "/hang",
    "/trap/0",
)
_PORTAL_LATER = ("/ok", "/status/500", "/redirect-out", "/status/404", "/status/403")
_CALM = (Extra.CALDER, Extra.NORTHGATE)
_ALL = (*_CALM, Extra.PORTAL, Extra.REGISTRAR, Extra.MILLRACE)


@dataclass(frozen=True, slots=True)
class Week:
    """One sweep and what led to it.

    Attributes:
        begins: when the sweep begins, in the simulated time.
        story: what had happened, for whoever reads the example's making.
        conduct: how the scope was then.
        change: done to the estate before the sweep.
        stopped_after: units after whose end somebody stops the sweep; None for a sweep that ends by itself.
        keeps_evidence: is the batch kept as evidence after the sweep?
        runs_out: does the authority end while this sweep runs, before its last units begin?
    """

    begins: datetime
    story: str
    conduct: Conduct
    change: Change = lambda _: None
    stopped_after: int | None = None
    keeps_evidence: bool = False
    runs_out: bool = False


def _at(month: int, day: int, hour: int = 2) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def _removals(estate: Estate) -> None:
    estate.take_away(_STORY)
    estate.close_gcs("ashcombe-results")
    estate.start(Extra.NORTHGATE)


def _replacements(estate: Estate) -> None:
    estate.write(
        f"{_GOVERNANCE}/typing-test.txt", b"The quick brown fox jumps over the lazy dog.\r\n" * 40, date(2026, 10, 8)
    )
    estate.take_away("open/Completed/2024-06")
    estate.close_azure("clinic-letters")


def _batch(estate: Estate) -> None:
    estate.portal_links[:] = _PORTAL_LATER
    # What people had put aside changes: one place gets a second letter, another the very letter that it resembled.
    samples = (estate.letter((House.PRSB, 0)).sheet, estate.letter((House.DISCHARGE, 5)).sheet)
    estate.write(f"{_GOVERNANCE}/audit-sample.pdf", rendered(Format.PDF, *samples), _BATCH_DAY)
    resembled = rendered(Format.TXT, estate.letter((House.DICTATION, 2)).sheet)
    estate.write("open/Pending/0007.txt", resembled, _BATCH_DAY)
    for number in BATCH_NUMBERS:
        content = rendered(Format.DOCX, estate.letter((House.IVF, number)).sheet)
        estate.write(f"open/{BATCH}/IVF-{number:04d}.docx", content, _BATCH_DAY)
    for number, key in zip((1, 3), _MIRRORED, strict=True):
        estate.put_s3(_MIRROR, key, rendered(Format.DOCX, estate.letter((House.IVF, number)).sheet))


def _takedown(estate: Estate) -> None:
    estate.refuse(f"/{BATCH}/")
    for number, key in zip((1, 3), _MIRRORED, strict=True):
        content = rendered(Format.DOCX, estate.letter((House.IVF, number)).sheet)
        estate.put_s3(_MIRROR, key, content, private=True)
    estate.open_azure("clinic-letters")


def _aftermath(estate: Estate) -> None:
    estate.bring_back(_STORY)
    estate.bring_back("open/Completed/2024-06")
    estate.stop(Extra.NORTHGATE)
    content = rendered(Format.TXT, estate.letter((House.DICTATION, 2)).sheet, charset="cp1252")
    estate.write("ftp/typed/2026-10-23/DS_0502.txt", content, _NEW_DAY)
    estate.write("site/news/open-day.html", written_page("open_day"), _NEW_DAY)


WEEKS = (
    Week(_at(9, 7), "The first sweep, of the site and the typing bureau's servers.", Conduct()),
    Week(
        _at(9, 14),
        "The scanning bureau is added; the hospital's own OCR data is named and not installed.",
        Conduct((Extra.CALDER,), languages=("eng", "ashcombe")),
    ),
    Week(
        _at(9, 21),
        "All suppliers are in the scope, the faulty ones too; somebody tries a recogniser of speech, which breaks off.",
        Conduct(_ALL, hears=True),
        lambda estate: estate.portal_links.extend(_PORTAL_FIRST),
    ),
    Week(
        _at(9, 28),
        "The dictation cloud is down, and the operator on duty stops the sweep.",
        Conduct((*_CALM, Extra.PORTAL)),
        lambda estate: estate.stop(Extra.NORTHGATE),
        stopped_after=7,
    ),
    Week(
        _at(10, 5),
        "The dictation cloud is back. A story leaves the site, a bucket is closed.",
        Conduct(_CALM),
        _removals,
    ),
    Week(
        _at(10, 12),
        "A file is replaced by another text, June's folder is taken away, a container is closed.",
        Conduct(_CALM),
        _replacements,
    ),
    Week(
        _at(10, 19),
        "After a tip-off: couples' consultations lie open, and two of them in a bucket too. Elsewhere places "
        "change that people had put aside.",
        Conduct((*_CALM, Extra.PORTAL)),
        _batch,
        keeps_evidence=True,
    ),
    Week(
        _at(10, 21, hour=9),
        "Two days later the files are refused; the container is open again.",
        Conduct(_CALM),
        _takedown,
    ),
    Week(
        _at(10, 26),
        "A back-up brings June and the story back, the dictation cloud is down, the portal has moved; the authority "
        "ends while the sweep runs.",
        Conduct((*_CALM, Extra.PORTAL), portal_start="portal/2025/"),
        _aftermath,
        runs_out=True,
    ),
)
