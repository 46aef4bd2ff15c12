"""A fetched file as a WARC file, in memory: who fetched it and why, the answer, and what is known of it.

The form is WARC/1.0 without compression: any reader of web archives opens it, and letters in PDF or office formats are
compressed already. An answer of HTTP is a `response` record, a file of FTP a `resource` record, as the standard says.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from findings.errors import EvidenceError
from findings.rows import DROPPED_HEADERS
from findings.stored_text import storable, stored_place
from findings.vault.records import Answered, Circumstances

_END: Final = b"\r\n\r\n"
# The records of one file, in order.
_KINDS: Final = frozenset(("warcinfo", answer, "metadata") for answer in ("response", "resource"))
# Headers by which a reader would decode the body once more, and what they are called instead, as other archives do.
_FORM_HEADERS: Final = frozenset(["content-encoding", "transfer-encoding"])
_RENAMED: Final = "x-archive-orig-"
_FTP: Final = frozenset(["ftp", "ftps"])
_SOFTWARE: Final = "Stray"
_CONFORMS: Final = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.0/"
_COMPLETE: Final = "all headers of the answer but cookies, names in lower case"
_PARTIAL: Final = "those headers of the answer that a sweep keeps, names in lower case"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a WARC file holds; `asked` is what was asked for where that is another place. `repr` shows neither."""

    url: str = field(repr=False)
    date: str
    body: bytes = field(repr=False)
    findings: tuple[str, ...]
    asked: str = field(default="", repr=False)


def payload_sha1(body: bytes) -> str:
    """The digest that web archives know a payload by: SHA-1 in base32. For looking up, never for proof."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def warc_of(answer: Answered, circumstances: Circumstances, evidence_id: str, finding_ids: Sequence[str]) -> bytes:
    """The WARC file of one answer."""
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - an extra

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.0")
    told = _told_of(circumstances)
    writer.write_record(writer.create_warcinfo_record(f"{evidence_id}.warc", told))
    record = _answer_record(writer, answer)
    writer.write_record(record)
    writer.write_record(_metadata_record(writer, answer, record, finding_ids))
    return out.getvalue()


def _told_of(circumstances: Circumstances) -> dict[str, str]:
    return {
        name: _one_line(value)
        for name, value in {
            "software": f"{_SOFTWARE}/{circumstances.stray_version}",
            "format": "WARC File Format 1.0",
            "conformsTo": _CONFORMS,
            "operator": circumstances.by,
            "publisher": circumstances.organisation,
            "http-header-user-agent": circumstances.user_agent,
            "description": circumstances.reason,
            "isPartOf": circumstances.sweep_id,
            "stray-authority": circumstances.authority,
            "stray-scope-digest": circumstances.scope_digest,
        }.items()
    }


def _answer_record(writer: Any, answer: Answered) -> Any:
    from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 - an extra

    url = _one_line(stored_place(answer.url))
    told = {"WARC-Date": warc_date(answer.fetched_at)}
    if answer.server:
        told["WARC-IP-Address"] = answer.server
    payload, length = io.BytesIO(answer.body), len(answer.body)
    if urlsplit(answer.url).scheme.lower() in _FTP:
        return writer.create_warc_record(
            url, "resource", payload, length, warc_content_type="application/octet-stream", warc_headers_dict=told
        )
    headers = [*_kept(answer)]
    phrase = ""
    with suppress(ValueError):
        phrase = HTTPStatus(answer.status).phrase
    line = StatusAndHeaders(f"{answer.status} {phrase}".rstrip(), headers, protocol="HTTP/1.1")
    return writer.create_warc_record(url, "response", payload, length, http_headers=line, warc_headers_dict=told)


def _kept(answer: Answered) -> Iterator[tuple[str, str]]:
    """Cookies prove nothing and lend a session. What tells of a form that the body no longer has is renamed."""
    for name, value in answer.headers.items():
        lower = name.lower()
        if lower in DROPPED_HEADERS:
            continue
        is_another_form = lower in _FORM_HEADERS or (lower == "content-length" and value != str(len(answer.body)))
        plain = _one_line(f"{_RENAMED}{name}" if is_another_form else name).encode("ascii", "backslashreplace").decode()
        yield plain.replace(":", " "), _one_line(value)


def _metadata_record(writer: Any, answer: Answered, record: Any, finding_ids: Sequence[str]) -> Any:
    facts = {
        "payload-sha256": hashlib.sha256(answer.body).hexdigest(),
        "payload-encoding": "content encoding undone",
        "tls-certificate-sha256": answer.certificate_sha256,
        "headers": _COMPLETE if answer.all_headers else _PARTIAL,
        "via": _one_line(stored_place(answer.requested_url)) if answer.requested_url else "",
        "findings": " ".join(finding_ids),
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in facts.items() if value).encode()
    told = {
        "WARC-Date": record.rec_headers.get_header("WARC-Date"),
        "WARC-Concurrent-To": record.rec_headers.get_header("WARC-Record-ID"),
    }
    url = record.rec_headers.get_header("WARC-Target-URI")
    return writer.create_warc_record(
        url, "metadata", io.BytesIO(text), len(text), "application/warc-fields", warc_headers_dict=told
    )


def read_back(warc: bytes) -> ReadBack:
    """What such a file holds.

    Raises:
        EvidenceError: it is no WARC file of ours, or a digest in it does not fit.
    """
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - an extra
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

    records: list[tuple[str, Any, bytes]] = []
    is_whole = warc.endswith(_END)
    try:
        for record in ArchiveIterator(io.BytesIO(warc), check_digests="raise"):
            records.append((record.rec_type, record.rec_headers, record.raw_stream.read()))
            is_whole &= record.raw_stream.limit == 0  # what is cut short has digests that nobody holds it against
    except (ArchiveLoadFailed, ValueError, EOFError):
        raise EvidenceError("what was sealed is no whole WARC file, or its own digests do not fit") from None
    kinds = tuple(kind for kind, _, _ in records)
    if kinds not in _KINDS or not is_whole:
        raise EvidenceError("what was sealed is no WARC file of one answer")
    _, headers, body = records[1]
    known = dict(_fields(records[2][2]))
    return ReadBack(
        headers.get_header("WARC-Target-URI") or "",
        headers.get_header("WARC-Date") or "",
        body,
        tuple(known.get("findings", "").split()),
        known.get("via", ""),
    )


def _fields(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(": ")
        yield name, value


def warc_date(at: datetime) -> str:
    """A time as WARC/1.0 has it: whole seconds, UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _one_line(text: str) -> str:
    """A value that can not begin another header."""
    return storable("".join(character if character.isprintable() else " " for character in text))
