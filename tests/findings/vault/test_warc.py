"""The WARC file: readable by others, true to what was fetched, and safe to be given hostile headers."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from findings.errors import EvidenceError
from findings.vault.records import Circumstances
from findings.vault.warc import payload_sha1, read_back, warc_of
from tests.findings.vault.conftest import FETCHED, FINDING, LETTER, URL, answered

warcio = pytest.importorskip("warcio.archiveiterator", reason="needs the extra [evidence]")

CIRCUMSTANCES = Circumstances("ann", "tip-off", "Example Hospital", "IG-2026-014", "Stray/test", "0.1", "scope-1")


def records(content: bytes) -> dict[str, tuple[dict[str, str], dict[str, str], bytes]]:
    """Type of record to its headers, those of HTTP, and its content, as a reader of web archives sees them."""
    found = {}
    for record in warcio.ArchiveIterator(io.BytesIO(content), check_digests="raise"):
        http = dict(record.http_headers.headers) if record.http_headers else {}
        found[record.rec_type] = (dict(record.rec_headers.headers), http, record.content_stream().read())
    return found


def test_a_reader_of_web_archives_finds_the_file_and_its_circumstances() -> None:
    answer = answered(headers={"content-type": "text/plain"}, server="192.0.2.7", certificate_sha256="ab" * 32)
    found = records(warc_of(answer, CIRCUMSTANCES, "id-1", [FINDING]))
    headers, http, body = found["response"]
    assert body == LETTER
    assert http == {"content-type": "text/plain"}
    assert headers["WARC-Target-URI"] == URL
    assert headers["WARC-Date"] == "2026-03-01T08:31:05Z"
    assert headers["WARC-IP-Address"] == "192.0.2.7"
    assert headers["WARC-Payload-Digest"] == "sha1:" + base64.b32encode(hashlib.sha1(LETTER).digest()).decode()  # noqa: S324
    assert headers["WARC-Payload-Digest"] == f"sha1:{payload_sha1(LETTER)}"
    info = found["warcinfo"][2].decode()
    for told in ("operator: ann", "description: tip-off", "stray-authority: IG-2026-014", "software: Stray/0.1"):
        assert told in info
    known = found["metadata"][2].decode()
    assert f"payload-sha256: {hashlib.sha256(LETTER).hexdigest()}" in known
    assert f"findings: {FINDING}" in known
    assert "tls-certificate-sha256: " + "ab" * 32 in known
    assert found["metadata"][0]["WARC-Concurrent-To"] == headers["WARC-Record-ID"]


def test_a_file_of_ftp_is_a_resource() -> None:
    found = records(warc_of(answered(url="ftp://ftp.example.org/a.pdf"), CIRCUMSTANCES, "id-1", [FINDING]))
    assert "response" not in found
    assert found["resource"][2] == LETTER


def test_cookies_are_left_out_and_what_would_decode_the_body_once_more_is_renamed() -> None:
    headers = {
        "set-cookie": "session=secret",
        "Set-Cookie2": "x",
        "transfer-encoding": "chunked",
        "content-encoding": "gzip",
        "content-length": "7",
    }
    _, http, body = records(warc_of(answered(headers=headers), CIRCUMSTANCES, "id-1", []))["response"]
    assert body == LETTER
    assert "set-cookie" not in http
    assert {
        "x-archive-orig-transfer-encoding",
        "x-archive-orig-content-encoding",
        "x-archive-orig-content-length",
    } <= set(http)


@pytest.mark.parametrize(
    "text", ["a\r\nWARC-Type: response\r\n\r\n", "\ud800\udfff", "\x00\x1b[2J\u202e", "é ü 漢", "x" * (1 << 20)]
)
def test_hostile_text_stays_inside_its_value(text: str) -> None:
    circumstances = Circumstances(text, text, text, text, text, "0.1")
    answer = answered(url=URL + "?" + text, headers={"server": text, "x-" + text[:20]: text}, requested_url=URL + text)
    content = warc_of(answer, circumstances, "id-1", [FINDING])
    assert len(records(content)) == 3
    held = read_back(content)
    assert held.body == LETTER
    assert held.findings == (FINDING,)


@pytest.mark.parametrize("body", [b"", b"\r\n\r\n", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", bytes(range(256)) * 9])
def test_any_bytes_come_back(body: bytes) -> None:
    held = read_back(warc_of(answered(body), CIRCUMSTANCES, "id-1", [FINDING]))
    assert (held.body, held.url, held.date) == (body, URL, f"{FETCHED:%Y-%m-%dT%H:%M:%SZ}")


def test_a_redirect_is_told() -> None:
    held = read_back(warc_of(answered(requested_url="http://example.org/old"), CIRCUMSTANCES, "id-1", []))
    assert held.asked == "http://example.org/old"


def test_what_is_no_warc_of_ours_is_refused() -> None:
    content = warc_of(answered(), CIRCUMSTANCES, "id-1", [FINDING])
    for other in (
        b"",
        b"nothing",
        content[:-200],
        content.replace(b"Quillfeather in", b"Quillfeather at", 1),
        content * 2,
    ):
        with pytest.raises(EvidenceError):
            read_back(other)
