from __future__ import annotations

import base64
import json

import pytest

from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.records import Content, Embedded, Problem
from extraction.texts.json_text import read_json

PDF = b"%PDF-1.4 synthetic\n" + bytes(range(256)) * 2
PACKED = base64.b64encode(PDF).decode()


def read(value: object, limits: ExtractionLimits | None = None) -> Content:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_json(data, Budget(limits or ExtractionLimits()))


def lines(content: Content) -> list[str]:
    return [line for piece in content.pieces for line in piece.text.split("\n")]


def files(content: Content) -> list[tuple[str, bytes]]:
    return [(each.name, each.data) for each in content.embedded if isinstance(each, Embedded)]


@pytest.mark.parametrize("data_first", [True, False])
def test_a_document_reference_hands_its_attachment_on_under_its_title(data_first: bool) -> None:
    attachment = {"data": PACKED, "contentType": "application/pdf", "title": "letter.pdf"}
    if not data_first:
        attachment = dict(reversed(attachment.items()))
    content = read({"resourceType": "DocumentReference", "content": [{"attachment": attachment}]})
    assert files(content) == [("letter.pdf", PDF)]
    assert [each.path for each in content.embedded] == ["!/letter.pdf"]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Binary", "contentType": "application/pdf", "data": PACKED},
        {"resourceType": "Binary", "contentType": "application/pdf", "content": PACKED},
        {"resourceType": "DiagnosticReport", "presentedForm": [{"contentType": "application/pdf", "data": PACKED}]},
        {"resourceType": "Communication", "payload": [{"contentAttachment": {"contentType": "x", "data": PACKED}}]},
        {"extension": [{"url": "http://example.org/x", "valueBase64Binary": PACKED}]},
        {"resourceType": "Bundle", "entry": [{"resource": {"contained": [{"contentType": "a/b", "data": PACKED}]}}]},
        {"picture": f"data:application/pdf;base64,{PACKED}"},
        {"anything": PACKED},
        {"content": PACKED},
    ],
)
def test_files_in_strings_are_handed_on(resource: object) -> None:
    content = read(resource)
    assert [data for _, data in files(content)] == [PDF]
    assert PACKED not in "".join(lines(content))


def test_a_composition_is_read_in_order_without_its_codes_between() -> None:
    section = {
        "title": "Plan",
        "code": {"coding": [{"system": "http://loinc.org", "code": "18776-5", "display": "Plan of care note"}]},
        "text": {"status": "generated", "div": "<div><p>She takes <b>10 mg</b> daily.</p><p>Review</p></div>"},
    }
    content = read({"resourceType": "Composition", "title": "Outpatient letter", "section": [section]})
    assert lines(content)[:4] == ["Outpatient letter", "Plan", "She takes 10 mg daily.", "Review"]
    assert {"Plan of care note", "18776-5"} <= set(lines(content))


def test_people_payloads_and_extensions_are_text() -> None:
    content = read(
        {
            "entry": [
                {"resource": {"resourceType": "Patient", "name": [{"family": "Sample", "given": ["Ann", "Mary"]}]}},
                {"resource": {"resourceType": "Communication", "payload": [{"contentString": "Dear Dr Example"}]}},
                {"extension": [{"url": "http://example.org", "valueString": "a word more"}]},
                {"item": [{"text": "How are you?", "answer": [{"valueString": "Well, thank you"}]}]},
                {"attachment": {"url": "https://example.org/letter.pdf"}},
            ]
        }
    )
    assert {"Sample", "Ann", "Mary", "Dear Dr Example", "a word more", "How are you?", "Well, thank you"} <= set(
        lines(content)
    )
    assert "https://example.org/letter.pdf" in lines(content)
    assert not content.problems


def test_numbers_of_rows_do_not_tear_a_letter() -> None:
    content = read([{"n": number, "text": f"line {word}"} for number, word in enumerate(["one", "two", "three"], 1)])
    assert lines(content) == ["1", "line one", "line two", "line three", "2", "3"]


def test_results_keep_their_numbers() -> None:
    assert lines(read([{"t": "Ferritin", "v": 34, "u": "ug/L"}, {"t": "Hb", "v": 13.2, "u": "g/dL"}]))[:6] == [
        *("Ferritin", "34", "ug/L"),
        *("Hb", "13.2", "g/dL"),
    ]


def test_keys_that_read_as_text_are_text() -> None:
    assert lines(read({"Past medical history": "none", "camelCase": "kept"})) == [
        "Past medical history",
        "none",
        "kept",
    ]


def test_lines_of_json_are_read_line_by_line() -> None:
    data = b"\n".join(json.dumps({"resourceType": "Basic", "note": f"letter {n}"}).encode() for n in range(3))
    content = read(data)
    assert [line for line in lines(content) if line.startswith("letter")] == ["letter 0", "letter 1", "letter 2"]
    assert not content.problems


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb'{"a": "one\ntwo\tthree \"four\" \\ five"}', 'one\ntwo\tthree "four" \\ five'),
        (rb'{"a": "caf\u00e9 \ud83d\ude00"}', "café 😀"),
        (rb'{"a": "half \ud83d a pair"}', "half \ufffd a pair"),
        (rb'{"a": "\/ \x unknown"}', "/ x unknown"),
    ],
)
def test_escapes(written: bytes, text: str) -> None:
    assert "\n".join(lines(read(written))) == text


@pytest.mark.parametrize(
    "cut", [b'{"a": "Dear Dr Sam', b'{"a": "Dear Dr Sample"', b'["Dear Dr Sample", "and', b'[["Dear Dr Sample"']
)
def test_cut_files_are_read_as_far_as_they_go_and_say_so(cut: bytes) -> None:
    content = read(cut)
    assert lines(content)[0].startswith("Dear Dr Sam")
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED]


def test_a_cut_attachment_is_handed_on_as_far_as_it_goes() -> None:
    whole = json.dumps({"contentType": "application/pdf", "data": PACKED}).encode()
    content = read(whole[: whole.index(PACKED.encode()) + 401])
    assert [data for _, data in files(content)] == [PDF[:300]]
    assert content.problems


def test_base64_that_is_none_stays_text_and_is_a_problem() -> None:
    content = read({"contentType": "text/plain", "data": "Thankyou/for=referring"})
    assert "Thankyou/for=referring" in lines(content)
    assert [each.detail for each in content.embedded if isinstance(each, Problem)] == ["not base64"]


def test_prose_that_could_be_base64_stays_prose() -> None:
    note = "Thankyouforreferringthisladywhowasseenintheclinic" * 8
    assert lines(read({"note": note})) == [note]


def test_prose_that_begins_like_json_is_prose() -> None:
    content = read(b"[1, 2] Thank you for referring this lady, who was seen in clinic on Monday morning.")
    assert "Thank you for referring this lady, who was seen" in content.pieces[0].text


@pytest.mark.parametrize("part", [b"[", b"[],", b'{"a":', b'"', b"{}", b'"\\', b"1,"])
def test_no_depth_is_too_deep(part: bytes) -> None:
    read(b"[" + part * 100_001)


def test_files_past_the_budget_are_named() -> None:
    content = read([{"valueBase64Binary": PACKED}] * 5, ExtractionLimits(decompressed_bytes=2 * len(PDF)))
    assert len(files(content)) == 2
    assert [each.reason for each in content.embedded if isinstance(each, Problem)] == [SkipReason.BUDGET_SPENT]


def test_one_brace_too_many_loses_nothing() -> None:
    assert lines(read(b'{"a":"b"}} "text of a letter" {"c": "d"}')) == ["b", "text of a letter", "d"]
