from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.records import Embedded, Problem
from extraction.texts.carried import Carried, guessed_base64, strict_base64

PDF = b"%PDF-1.4 synthetic\n" + bytes(range(256)) * 2
PACKED = base64.b64encode(PDF).decode()


def carried() -> Carried:
    return Carried(Budget(ExtractionLimits()))


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("RGVhcg==", b"Dear"),
        ("RGVhcg", b"Dear"),
        ("RG Vh\r\ncg==\n", b"Dear"),
        ("_-8=", b"\xff\xef"),
        ("RGVhcg=", b"Dear"),
        ("RGVhc", None),
        ("RGVhcg==x", None),
        ("Dear Dr!", None),
        ("", None),
    ],
)
def test_base64_is_strict(text: str, data: bytes | None) -> None:
    assert strict_base64(text) == data


@pytest.mark.parametrize(
    ("data", "is_file"),
    [
        (PDF, True),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), True),
        (b"\xff\xd8\xff\xe0" + bytes(300), True),
        (b"{\\rtf1 " + b"x" * 300 + b"}", True),
        (b"Dear Dr Sample, thank you for the referral of this lady. " * 5, True),
        (bytes(range(256)), False),
        (b"0123456789" * 30, False),
        (b"x" * 300, False),
    ],
)
def test_only_what_is_certainly_a_file_is_guessed(data: bytes, is_file: bool) -> None:
    assert (guessed_base64(base64.b64encode(data).decode()) == data) is is_file


@pytest.mark.parametrize(
    "note",
    [
        "Thankyouforreferringthisladywhowasseenintheclinic" * 8,
        "Thank you for referring this lady who was seen in the clinic today " * 8,
        "ABCD" * 100,
        "JVBERi0xLjQ",
    ],
)
def test_prose_stays_prose(note: str) -> None:
    assert carried().text_of(note) == note


@pytest.mark.parametrize(
    "uri",
    [
        f"data:application/pdf;base64,{PACKED}",
        f" DATA:application/pdf;name=x.pdf;BASE64,{PACKED}",
        f"data:;base64,{quote(PACKED)}",
        "data:application/pdf," + quote(PDF),
    ],
)
def test_data_addresses(uri: str) -> None:
    found = carried()
    assert found.text_of(uri) == ""
    assert [each.data for each in found.found if isinstance(each, Embedded)] == [PDF]


@pytest.mark.parametrize("text", ["data: none", "data:", "datadriven, care", "data:" + "x" * 200])
def test_what_is_no_address_is_text(text: str) -> None:
    assert carried().text_of(text) == text


def test_places_are_told_apart() -> None:
    found = carried()
    for name in ("a.pdf", "", "a.pdf", ""):
        found.take(PDF, name)
    assert [each.path for each in found.found] == ["!/a.pdf", "!/part-1", "!/a.pdf~2", "!/part-2"]


@pytest.mark.parametrize(
    ("packed", "reason", "kept"),
    [
        (PACKED[:401], SkipReason.TRUNCATED, PDF[:300]),
        (PACKED[:100] + "!" + PACKED[101:], SkipReason.UNREADABLE, None),
        (PACKED[:300] + "\ufffd\ufffd\ufffd" * 50 + PACKED[300:], SkipReason.TRUNCATED, PDF[:225]),
    ],
)
def test_damaged_base64_gives_what_is_left(packed: str, reason: SkipReason, kept: bytes | None) -> None:
    found = carried()
    assert found.take_declared(packed) == ""
    (file,) = [each for each in found.found if isinstance(each, Embedded)]
    assert file.data == kept if kept is not None else file.data[100:] == PDF[100:]
    assert [each.reason for each in found.found if isinstance(each, Problem)] == [reason]
