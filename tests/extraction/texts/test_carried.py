from __future__ import annotations

import base64
import zlib
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


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"INSERT INTO docs VALUES (1, 0x{PDF.hex()});", "INSERT INTO docs VALUES (1, );"),
        (f"VALUES (X'{PDF.hex().upper()}', 'a')", "VALUES ('', 'a')"),
        (f"1\t\\\\x{PDF.hex()}\tend", "1\t\\\\\tend"),
        (f"letter: {PACKED}, end", "letter: , end"),
        (f"see\n{wrapped(PACKED, 76)}\nYours sincerely", "see\n\nYours sincerely"),
        (f"see\n{wrapped(PACKED.rstrip('='), 64)}\nYours sincerely", "see\n\nYours sincerely"),
    ],
)
def test_files_in_the_midst_of_a_text(text: str, rest: str) -> None:
    found = carried()
    left = found.without_files(text)
    assert [each.data for each in found.found if isinstance(each, Embedded)] == [PDF]
    assert left.replace("''", "").replace("X", "") == rest.replace("''", "")


@pytest.mark.parametrize("text", ["0x" + "0123456789" * 40, "-" * 400, "a" * 300, "word " * 100, f"\n{'x' * 80}" * 40])
def test_long_runs_that_are_no_files_stay(text: str) -> None:
    found = carried()
    assert found.without_files(text) == text
    assert not found.found


@pytest.mark.parametrize("window", [15, -15, 31])
def test_a_deflated_file_is_unpacked_in_its_budget(window: int) -> None:
    packer = zlib.compressobj(wbits=window)
    packed = packer.compress(PDF) + packer.flush()
    found = carried()
    assert found.take_declared(base64.b64encode(packed).decode(), packing="GZ" if window > 15 else "DF") == ""
    assert [each.data for each in found.found if isinstance(each, Embedded)] == [packed if window > 15 else PDF]


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (zlib.compress(bytes(5 << 20)), SkipReason.BUDGET_SPENT),
        (zlib.compress(PDF)[:-20], SkipReason.TRUNCATED),
        (PDF, SkipReason.UNREADABLE),
    ],
)
def test_a_deflated_file_that_is_not_whole_is_told(packed: bytes, reason: SkipReason) -> None:
    found = carried()
    found.take_declared(base64.b64encode(packed).decode(), packing="DF")
    assert reason in [each.reason for each in found.found if isinstance(each, Problem)]


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "utf-16-le"])
def test_base64_of_text_in_another_charset_is_a_file(charset: str) -> None:
    data = ("Thank you for referring this lady to the caf\u00e9 clinic. " * 5).encode(charset)
    assert guessed_base64(base64.b64encode(data).decode()) == data


@pytest.mark.parametrize("limits", [ExtractionLimits(members=2), ExtractionLimits(member_bytes=len(PDF) - 1)])
def test_files_of_strings_count_as_members(limits: ExtractionLimits) -> None:
    found = Carried(Budget(limits))
    for _ in range(3):
        found.text_of(PACKED)
    assert [each.reason for each in found.found if isinstance(each, Problem)] == [SkipReason.BUDGET_SPENT]
