"""What is planted where: a table, so that a reader sees the whole range at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demo_range.answer_key import Area, Decoy, Form
from demo_range.letters import House
from demo_range.rendering import Format

# Letters are named by house and patient: ("ivf", 0) is the first patient's letter on the IVF template.
LetterName = tuple[House, int]

SITE = "site"
OPEN = "open"
FTP = "ftp"


class BucketAccess(StrEnum):
    """What anyone may do with a bucket of the range."""

    LISTABLE = "listable"
    READABLE = "readable"
    PRIVATE = "private"


class Cloud(StrEnum):
    """Whose storage service a bucket lies at."""

    S3 = "s3"
    GCS = "gcs"
    AZURE = "azure"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of the range, or at Azure a container."""

    access: BucketAccess
    cloud: Cloud = Cloud.S3


# Objects of a readable bucket can be had by those who know their keys; the scope names some.
BUCKETS = {
    "ashcombe-transcripts": Bucket(BucketAccess.LISTABLE),
    "ashcombe-sharing": Bucket(BucketAccess.READABLE),
    "ashcombe-archive": Bucket(BucketAccess.PRIVATE),
    "ashcombe-results": Bucket(BucketAccess.LISTABLE, Cloud.GCS),
    "clinic-letters": Bucket(BucketAccess.READABLE, Cloud.AZURE),
}


@dataclass(frozen=True, slots=True)
class Planting:
    """One row of the plan: a place and what goes there. Exactly one of `letters` and `decoy` is given.

    `source` names what a decoy is made of: a house, or a text of `prose/pages.txt`.
    """

    root: str
    path: str
    letters: tuple[LetterName, ...] = ()
    form: Form | None = None
    decoy: Decoy | None = None
    source: str = ""
    reachable: bool = True
    charset: str = "utf-8"

    @property
    def area(self) -> Area:
        """The kind of server that holds it."""
        return {SITE: Area.SITE, OPEN: Area.OPEN_DIRECTORY, FTP: Area.FTP}.get(self.root, Area.BUCKET)

    @property
    def format(self) -> Format:
        """By the file's ending."""
        return Format(self.path.rpartition(".")[2])


def _known(root: str, path: str, form: Form, *letters: LetterName, charset: str = "utf-8") -> Planting:
    return Planting(root, path, letters, form, charset=charset)


def _decoy(root: str, path: str, decoy: Decoy, source: str) -> Planting:
    return Planting(root, path, decoy=decoy, source=source)


_GOVERNANCE = "patients/downloads/governance"
_MAY = "Completed/2024-05"
_JUNE = "Completed/2024-06"
_BATCH = "2024/06/14"
_IVF, _OUTPATIENT, _PRSB, _PLAIN, _DISCHARGE, _DICTATION = House
_WHOLE, _EXCERPT, _RETYPED, _BUNDLE = Form
_BLANK, _LEAFLET, _OTHER, _UNRELATED = Decoy

_ON_THE_SITE = (
    _known(SITE, "patients/story-of-a-cycle.html", _WHOLE, (_IVF, 0)),
    _known(SITE, "patients/forum-thread-118.html", _EXCERPT, (_PLAIN, 0)),
    _known(SITE, f"{_GOVERNANCE}/audit-sample.pdf", _WHOLE, (_PRSB, 0)),
    _known(SITE, f"{_GOVERNANCE}/letter-format-example.docx", _WHOLE, (_OUTPATIENT, 0)),
    _known(SITE, f"{_GOVERNANCE}/typing-test.txt", _RETYPED, (_DICTATION, 1)),
    _decoy(SITE, f"{_GOVERNANCE}/second-opinion.pdf", _OTHER, _IVF),
    _decoy(SITE, f"{_GOVERNANCE}/template.docx", _BLANK, _IVF),
    _decoy(SITE, f"{_GOVERNANCE}/leaflet-icsi.pdf", _LEAFLET, "leaflet_icsi"),
    _decoy(SITE, "patients/hysteroscopy.html", _LEAFLET, "leaflet_scope"),
    _decoy(SITE, "index.html", _UNRELATED, "home"),
    _decoy(SITE, "about.html", _UNRELATED, "about"),
    _decoy(SITE, "prices.html", _UNRELATED, "prices"),
    _decoy(SITE, "contact.html", _UNRELATED, "contact"),
    _decoy(SITE, "privacy.html", _UNRELATED, "privacy"),
    _decoy(SITE, "news/index.html", _UNRELATED, "news"),
    _decoy(SITE, "news/open-day.html", _UNRELATED, "open_day"),
    _decoy(SITE, "patients/index.html", _UNRELATED, "patients"),
    _decoy(SITE, "patients/downloads/index.html", _UNRELATED, "downloads"),
    _decoy(SITE, f"{_GOVERNANCE}/index.html", _UNRELATED, "governance"),
)

_IN_THE_OPEN_DIRECTORY = (
    _known(OPEN, f"{_MAY}/Dr Hollis/0001_hollis.txt", _WHOLE, (_DICTATION, 0), charset="cp1252"),
    _known(OPEN, f"{_MAY}/Dr Hollis/0002_hollis.docx", _WHOLE, (_IVF, 1)),
    _known(OPEN, f"{_MAY}/Mr Vale/vale clinic 14.05.24.docx", _EXCERPT, (_OUTPATIENT, 1)),
    _known(OPEN, f"{_MAY}/Mr Vale/0003_vale.txt", _RETYPED, (_OUTPATIENT, 2)),
    _known(
        OPEN,
        f"{_JUNE}/bundle.pdf",
        _BUNDLE,
        *((house, number) for house in (_PRSB, _PLAIN, _DISCHARGE) for number in (1, 2)),
        (_DICTATION, 2),
        (_IVF, 2),
        (_OUTPATIENT, 3),
    ),
    _known(OPEN, f"{_JUNE}/transcripts 17.06.txt", _BUNDLE, (_DICTATION, 3), (_DICTATION, 4)),
    _known(OPEN, "Archive/2023/Ward 7/discharge 27.pdf", _WHOLE, (_DISCHARGE, 3)),
    _known(OPEN, "Archive/2023/Ward 7/saved page.html", _WHOLE, (_DISCHARGE, 4)),
    _known(OPEN, "QA/Núñez & Co/extract.pdf", _EXCERPT, (_PLAIN, 3)),
    _decoy(OPEN, "Pending/0007.txt", _OTHER, _DICTATION),
    _decoy(OPEN, "Pending/0008.docx", _OTHER, _OUTPATIENT),
    _decoy(OPEN, "Pending/0009.pdf", _OTHER, _DISCHARGE),
    _decoy(OPEN, "Templates/outpatient.docx", _BLANK, _OUTPATIENT),
    _decoy(OPEN, "Templates/prsb.pdf", _BLANK, _PRSB),
    _decoy(OPEN, "Templates/dictation.txt", _BLANK, _DICTATION),
    _decoy(OPEN, "Templates/discharge.html", _BLANK, _DISCHARGE),
    _decoy(OPEN, "README.txt", _UNRELATED, "readme"),
)

_IN_THE_LISTABLE_BUCKET = (
    _known("ashcombe-transcripts", f"{_BATCH}/U104-G2-P1.pdf", _WHOLE, (_IVF, 3)),
    _known("ashcombe-transcripts", f"{_BATCH}/copy of story.pdf", _WHOLE, (_IVF, 0)),
    _known("ashcombe-transcripts", f"{_BATCH}/batch.docx", _BUNDLE, (_IVF, 4), (_OUTPATIENT, 4), (_DICTATION, 3)),
    _known("ashcombe-transcripts", f"{_BATCH}/page.html", _RETYPED, (_OUTPATIENT, 5)),
    _known("ashcombe-transcripts", "2024/06/15/notes.txt", _EXCERPT, (_DISCHARGE, 0), charset="cp1252"),
    _decoy("ashcombe-transcripts", "2024/06/15/other.pdf", _OTHER, _PRSB),
    _decoy("ashcombe-transcripts", "2024/06/15/other.docx", _OTHER, _PLAIN),
    _decoy("ashcombe-transcripts", "templates/plain.docx", _BLANK, _PLAIN),
    _decoy("ashcombe-transcripts", "leaflets/egg-freezing.html", _LEAFLET, "leaflet_eggs"),
    # Listed like the others, but the object itself is private.
    Planting("ashcombe-transcripts", "withheld/letter.pdf", ((_PRSB, 5),), _WHOLE, reachable=False),
)

_IN_THE_READABLE_BUCKET = (
    _known("ashcombe-sharing", "out/referral 1.pdf", _WHOLE, (_IVF, 5)),
    _known("ashcombe-sharing", "out/letter-29.docx", _WHOLE, (_DISCHARGE, 5)),
    _decoy("ashcombe-sharing", "out/blank.pdf", _BLANK, _IVF),
    # Its key is in no scope and Stray does not guess keys.
    Planting("ashcombe-sharing", "out/unlisted.docx", ((_DICTATION, 5),), _WHOLE, reachable=False),
)

_IN_THE_PRIVATE_BUCKET = (
    Planting("ashcombe-archive", "2022/a.pdf", ((_PLAIN, 4),), _WHOLE, reachable=False),
    Planting("ashcombe-archive", "2022/b.txt", ((_PLAIN, 5),), _WHOLE, reachable=False),
    Planting("ashcombe-archive", "2022/blank.docx", decoy=_BLANK, source=_PLAIN, reachable=False),
)

# At Google.
_IN_THE_RESULTS_BUCKET = (
    _known("ashcombe-results", "2024/06/result letter 4.pdf", _WHOLE, (_PLAIN, 2)),
    _known("ashcombe-results", "2024/06/scan 0412.txt", _RETYPED, (_PRSB, 1)),
    _decoy("ashcombe-results", "2024/06/other.txt", _OTHER, _DISCHARGE),
)
# At Azure, where a container that is open for single blobs looks like one that is not there.
_IN_THE_LETTERS_CONTAINER = (
    _known("clinic-letters", "2024/06/14/letter-0007.pdf", _WHOLE, (_OUTPATIENT, 2)),
    _known("clinic-letters", "2024/06/14/letter-0008.docx", _WHOLE, (_DISCHARGE, 1)),
    _decoy("clinic-letters", "forms/blank.docx", _BLANK, _OUTPATIENT),
    Planting("clinic-letters", "2024/06/14/letter-0009.pdf", ((_IVF, 1),), _WHOLE, reachable=False),
)

_TYPED = "typed/2024-06-14"
# The typing bureau's FTP server: transcripts, and the dictations that they were typed from.
_ON_THE_FTP_SERVER = (
    _known(FTP, f"{_TYPED}/DS_0412.txt", _WHOLE, (_DICTATION, 1), charset="cp1252"),
    _known(FTP, f"{_TYPED}/DS_0413.docx", _WHOLE, (_PRSB, 3)),
    _known(FTP, f"{_TYPED}/DS_0414 extract.pdf", _EXCERPT, (_OUTPATIENT, 0)),
    _known(FTP, "returned/Núñez/DS_0398 retyped.txt", _RETYPED, (_DISCHARGE, 2)),
    _decoy(FTP, "pending/DS_0415.txt", _OTHER, _DICTATION),
    _decoy(FTP, "forms/blank.docx", _BLANK, _DICTATION),
    _decoy(FTP, "README.txt", _UNRELATED, "readme"),
)
RECORDINGS = (f"{_TYPED}/DS_0412.dss", f"{_TYPED}/DS_0413.dss", "pending/DS_0416.dss")

PLAN = (
    *_ON_THE_SITE,
    *_IN_THE_OPEN_DIRECTORY,
    *_IN_THE_LISTABLE_BUCKET,
    *_IN_THE_READABLE_BUCKET,
    *_IN_THE_PRIVATE_BUCKET,
    *_IN_THE_RESULTS_BUCKET,
    *_IN_THE_LETTERS_CONTAINER,
    *_ON_THE_FTP_SERVER,
)

# Links that each page of the site lists below its text: href (relative or from the root) and words.
SITE_LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "index.html": (("about.html", "Meet our consultants"), ("news/", "Latest news")),
    "news/index.html": (("open-day.html", "Five hundred came to the open day"),),
    "patients/index.html": (
        ("story-of-a-cycle.html", "The story of a cycle"),
        ("/patients/forum-thread-118.html", "From the forum"),
        ("hysteroscopy.html", "Having a hysteroscopy"),
        ("downloads/index.html", "Downloads"),
    ),
    "patients/downloads/index.html": (("governance/index.html", "Clinical governance meeting"),),
    f"{_GOVERNANCE}/index.html": (
        ("audit-sample.pdf", "Item 4: sample A"),
        ("letter-format-example.docx", "Item 4: sample B"),
        ("template.docx", "Item 4: the form"),
        ("second-opinion.pdf", "Item 4: sample C"),
        ("typing-test.txt", "Item 5: test piece"),
        ("leaflet-icsi.pdf", "Item 6: leaflet"),
    ),
}
