"""Records to rows: what of a record is kept. Never its text; never a credential that a URL or a header carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from documents.dictation import DictationHeader
from documents.exposure import Exposure, Truth
from documents.records import Document, Entry, EntryKind, InnerFile, Skipped
from documents.unchanged import Unchanged
from findings.keys import DatabaseKey
from findings.parts import Row
from findings.records import Absence, HostCheck
from findings.stored_text import optional_place, storable, stored_place
from matchers.verdicts import Judgement, LetterMatch, Span, Verdict, strongest

if TYPE_CHECKING:
    from matchers.sketch import (
        StoredSketch,
    )  # brings the compiler of loops along, 130 MB; the sweeping process needs none


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a fetched document's content.

    Attributes:
        media_type: by its bytes.
        judgement: of all its text.
        files: inside it.
        misnamed: its own ending, where that says another type; else empty.
        sketch: of its text, to be matched against letters that come later; None where none is kept.
    """

    media_type: str
    judgement: Judgement
    files: tuple[InnerFile, ...] = ()
    misnamed: str = ""
    sketch: StoredSketch | None = None


# The largest size that a column of signed 64 bits holds; a listing may claim any number.
MAX_SIZE = (1 << 63) - 1
# Headers that hold a right or a secret of a session; they prove nothing that the digest does not.
DROPPED_HEADERS = frozenset(["set-cookie", "cookie", "authorization", "proxy-authorization"])
_URL_HEADERS = frozenset(["location", "content-location", "link", "refresh"])

# Both times are of one kind: a dictation that begins when another ends shows so.
_FACT_KINDS = {"author": "author", "recorder": "recorder", "comment": "comment", "started": "time", "ended": "time"}

# A letter of ours is named by its id; where no letter is ours, the verdict stands for it.
_LETTER_FINDINGS = frozenset([Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE])
_TEMPLATE_FINDINGS = frozenset([Verdict.SAME_TEMPLATE])


def entry_row(entry: Entry, seen_at: datetime, key: DatabaseKey) -> Row:
    """A listed place. What a dictation's header says of people is kept keyed."""
    modified, zoned = _modified(entry.modified)
    return {
        "url": stored_place(entry.url),
        "listed": True,
        "kind": entry.kind.value,
        "name": storable(entry.name),
        "size": _size(entry.size),
        "size_exact": entry.size_exact,
        "modified": modified,
        "modified_utc": zoned,
        "parent": optional_place(entry.parent),
        "seen_at": seen_at,
        "size_error": _size(entry.size_error) if entry.size is not None else None,
        "modified_source": entry.modified_source and entry.modified_source.value,
        "cue": entry.cue and entry.cue.value,
        "dictation": _dictation(entry.dictation, key) if entry.dictation else None,
        "is_current": entry.is_current,
        "selected": entry.selected,
        **_kept(entry.unchanged),
    }


def fetched_place_row(document: Document, unchanged: Unchanged | None = None) -> Row:
    """The place of a fetched document, which no listing need have named."""
    name = unquote(urlsplit(document.url).path.rstrip("/").rpartition("/")[2])
    return {
        "url": stored_place(document.url),
        "listed": False,
        "kind": EntryKind.FILE.value,
        "name": storable(name),
        "size": document.body.size,
        "size_exact": True,
        "modified": None,
        "modified_utc": None,
        "parent": optional_place(document.parent),
        "seen_at": document.fetched_at,
        "size_error": 0,
        "modified_source": None,
        "cue": None,
        "dictation": None,
        "is_current": document.exposure.is_current is not Truth.NO,
        "selected": True,
        **_kept(unchanged),
    }


def confirmation_rows(unchanged: Unchanged, seen_at: datetime) -> list[Row]:
    """The findings of a place that holds what it held."""
    basis = unchanged.basis.value
    return [{"finding_id": finding_id, "basis": basis, "seen_at": seen_at} for finding_id in unchanged.findings]


def _kept(unchanged: Unchanged | None) -> Row:
    """A place that is no document, whatever it held, has a skip of its own."""
    if unchanged is None or not unchanged.verdict:
        return {"unchanged": None, "verdict": None}
    return {"unchanged": unchanged.basis.value, "verdict": unchanged.verdict}


def document_row(document: Document, judged: Judged, number: int) -> Row:
    """A fetched and judged document."""
    headers = {name.lower(): value for name, value in document.headers.items()}
    return {
        "document_number": number,
        "url": stored_place(document.url),
        "member": "",
        "requested_url": optional_place(document.requested_url),
        "parent": optional_place(document.parent),
        "fetched_at": document.fetched_at,
        "status": document.status,
        "headers": [(storable(name), _header(name, value)) for name, value in headers.items() if _is_kept(name)],
        "server_modified": _header_date(headers.get("last-modified")),
        "size": document.body.size,
        "sha256": document.body.sha256,
        "media_type": storable(judged.media_type),
        "verdict": judged.judgement.verdict.value,
        "reasons": [storable(reason) for reason in judged.judgement.reasons],
        "misnamed": [_lie("", judged.media_type, judged.misnamed)] * bool(judged.misnamed)
        + [_lie(file.path, file.media_type, file.misnamed) for file in judged.files if file.misnamed],
        **_exposed(document.exposure),
    }


def inner_row(whole: Row, file: InnerFile, letters: Sequence[LetterMatch], number: int) -> Row:
    """A file inside that holds something of letters, from the row of the document that it lies in."""
    return {
        **whole,
        "document_number": number,
        "member": storable(file.path),
        "size": file.size,
        "sha256": file.sha256,
        "media_type": storable(file.media_type),
        "verdict": strongest(letter.verdict for letter in letters).value,
        "misnamed": [],
    }


def _lie(member: str, media_type: str, ending: str) -> Row:
    return {"member": storable(member), "ending": storable(ending), "media_type": storable(media_type)}


def _exposed(exposure: Exposure) -> Row:
    return {
        "found_as": optional_place(exposure.found_as),
        "reached_by": [stored_place(url) for url in exposure.reached_by],
        "transport": exposure.transport and exposure.transport.value,
        "tls": exposure.tls.value,
        "listed": exposure.listed.value,
        "is_listing": exposure.is_listing.value,
        "auth_above": exposure.auth_above.value,
        "robots_disallow": exposure.robots_disallow.value,
        "indexable": exposure.indexable.value,
        "index_basis": exposure.index_basis and exposure.index_basis.value,
        "is_current": exposure.is_current.value,
    }


def letters_by_file(judged: Judged) -> dict[str, list[LetterMatch]]:
    """Letters by the file inside that holds most of them; those of the document's own text under the empty path."""
    known = {file.path for file in judged.files}
    found: dict[str, list[LetterMatch]] = {}
    for match in judged.judgement.letters:
        lengths: Counter[str] = Counter()
        for span in match.spans:
            lengths[file_of(span.piece)] += span.doc[1] - span.doc[0]
        ((file, _),) = lengths.most_common(1) or [("", 0)]
        found.setdefault(file if file in known else "", []).append(match)
    return found


def file_of(piece: str) -> str:
    """The path of the innermost file that a piece is a page, a sheet or a mail of."""
    file, inner, part = piece.rpartition("!/")
    return file + inner + part.partition("#")[0] if inner else ""


def match_rows(place: Row, letters: Sequence[LetterMatch], url: str, key: DatabaseKey) -> list[Row]:
    """One row per letter of the file that `place`, a row of documents, is of."""
    columns = {name: place[name] for name in ("document_number", "url", "member")}
    rows = (_match_row(match, url, place["member"], key) | columns for match in letters)
    return [row if row["reasons"] else row | {"reasons": place["reasons"]} for row in rows]


def template_rows(place: Row, judgement: Judgement, url: str, key: DatabaseKey) -> list[Row]:
    """A row for the document where its verdict makes a finding that no letter explains."""
    explained = {match.verdict for match in judgement.letters}
    if judgement.verdict not in _TEMPLATE_FINDINGS or judgement.verdict in explained:
        return []
    columns = {name: place[name] for name in ("document_number", "url", "member")}
    return [_template_row(judgement, url, place["member"], key) | columns]


def sketch_rows(document: Document, sketch: StoredSketch | None) -> list[Row]:
    """What is kept of a document for letters that come later."""
    if sketch is None:
        return []
    told = {"sha256": document.body.sha256, "space": sketch.space, "made_at": document.fetched_at}
    return [{**told, "content": sketch.content}]


def skip_row(skipped: Skipped, skipped_at: datetime) -> Row:
    """Something that was not looked at."""
    return {
        "url": stored_place(skipped.url),
        "member": storable(skipped.member),
        "reason": skipped.reason.value,
        "detail": storable(skipped.detail),
        "parent": optional_place(skipped.parent),
        "skipped_at": skipped_at,
        "places": min(skipped.count, MAX_SIZE),
    }


def left_rows(skipped: Skipped) -> list[Row]:
    """The places that one record is for."""
    return [{"url": stored_place(url)} for url in skipped.stands_for]


def host_check_row(check: HostCheck) -> Row:
    """What a canary path answered."""
    return {
        "url": stored_place(check.url),
        "turn": check.turn.value,
        "answer": check.answer.value,
        "detail": storable(check.detail),
        "status": check.status,
        "sha256": check.sha256,
        "size": _size(check.size),
        "checked_at": check.checked_at,
    }


def absence_row(absence: Absence) -> Row:
    """A place that its listing no longer names."""
    return {
        "url": stored_place(absence.url),
        "listing": stored_place(absence.listing),
        "rows": min(absence.rows, MAX_SIZE),
        "read_at": absence.read_at,
    }


def _dictation(header: DictationHeader, key: DatabaseKey) -> Row:
    """Names and times are personal, and few enough to be guessed: they are kept keyed, never in clear."""
    times = {"started": header.started, "ended": header.ended}
    words = {"author": header.author, "recorder": header.recorder, "comment": header.comment}
    words |= {name: time.isoformat() if time else None for name, time in times.items()}
    return {
        "format": header.format.value,
        **{name: key.fact(_FACT_KINDS[name], word) if word else None for name, word in words.items()},
        "seconds": header.seconds,
        "encrypted": header.encrypted,
    }


def _match_row(match: LetterMatch, url: str, member: str, key: DatabaseKey) -> dict[str, Any]:
    return {
        "letter_id": match.letter_id,
        "verdict": match.verdict.value,
        "containment": match.containment,
        "coverage": match.coverage,
        "evidence": match.evidence,
        "anchors": [(kind, state.value) for kind, state in match.anchors.items()],
        "spans": [_span(span) for span in match.spans],
        "finding_id": _finding_id(match, url, member, key),
        "categories": [category.value for category in match.categories],
        "person_ids": [key.fact("person", person) for person in match.people],
        "false_per_million": match.false_per_million,
        "reasons": [storable(reason) for reason in match.reasons],
    }


def _finding_id(match: LetterMatch, url: str, member: str, key: DatabaseKey) -> str | None:
    if match.verdict in _LETTER_FINDINGS:
        return key.finding_id(url, member, f"letter:{match.letter_id}")
    if match.verdict in _TEMPLATE_FINDINGS:
        return key.finding_id(url, member, f"verdict:{match.verdict.value}")
    return None


def _template_row(judgement: Judgement, url: str, member: str, key: DatabaseKey) -> dict[str, Any]:
    verdict = judgement.verdict
    return {
        "letter_id": None,
        "verdict": verdict.value,
        "containment": None,
        "coverage": None,
        "evidence": None,
        "anchors": [],
        "spans": [],
        "finding_id": key.finding_id(url, member, f"verdict:{verdict.value}"),
        "categories": [category.value for category in judgement.categories],
        "person_ids": [],
        "false_per_million": None,
        "reasons": [storable(reason) for reason in judgement.reasons],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "piece": storable(span.piece),
        "doc_start": span.doc[0],
        "doc_end": span.doc[1],
        "letter_start": span.letter[0],
        "letter_end": span.letter[1],
    }


def _size(size: int | None) -> int | None:
    return size if size is not None and 0 <= size <= MAX_SIZE else None


def _modified(modified: datetime | None) -> tuple[datetime | None, bool | None]:
    """Naive time as listed and False, or UTC and True; years 1 and 9999 may not survive their time zone."""
    if modified is None or modified.tzinfo is None:
        return modified, None if modified is None else False
    try:
        return modified.astimezone(UTC).replace(tzinfo=None), True
    except OverflowError:
        return None, None


def _header_date(value: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value) if value else None
        return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC) if parsed else None
    except (ValueError, OverflowError):
        return None


def _is_kept(name: str) -> bool:
    return name not in DROPPED_HEADERS


def _header(name: str, value: str) -> str:
    return stored_place(value) if name in _URL_HEADERS else storable(value)
