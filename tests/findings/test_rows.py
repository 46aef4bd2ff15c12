"""What of a record is kept, and what never is."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest

from documents.buckets import BucketAccess, BucketLead, NamesSearched
from documents.dictation import DictationFormat, DictationHeader
from documents.records import Document, Entry, EntryKind, InnerFile, Skipped, SkipReason
from documents.unchanged import Unchanged, UnchangedBasis
from findings.batches import belonging
from findings.bucket_rows import bucket_row, lead_row, name_search_row
from findings.keys import DatabaseKey
from findings.parts import COLUMNS, Row
from findings.records import Absence, HostAnswer, HostCheck, Turn
from findings.rows import (
    MAX_SIZE,
    Judged,
    absence_row,
    confirmation_rows,
    document_row,
    entry_row,
    host_check_row,
    inner_row,
    left_rows,
    letters_by_file,
    match_rows,
    sketch_rows,
    skip_row,
    template_rows,
)
from findings.stored_text import storable
from matchers.sensitivity import Category
from matchers.sketch import StoredSketch
from matchers.verdicts import Judgement, LetterMatch, Span, Verdict
from tests.findings.conftest import CLEAR, HOST, Estate, letter, unit_record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = DatabaseKey(bytes(32))


def entry(**changes: object) -> Entry:
    given: dict[str, object] = {"url": "http://files.example.org/a.pdf", "kind": EntryKind.FILE, "name": "a.pdf"}
    return Entry(**given | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("modified", "stored", "is_utc"),
    [
        (None, None, None),
        (datetime(2026, 1, 2, 3, 4), datetime(2026, 1, 2, 3, 4), False),  # noqa: DTZ001 - the server named no zone
        (datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 2, 1, 4), True),  # noqa: DTZ001
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))), None, None),
    ],
)
def test_a_listed_time_keeps_whether_its_zone_is_known(
    modified: datetime | None, stored: datetime | None, is_utc: bool | None
) -> None:
    row = entry_row(entry(modified=modified), NOW, KEY)
    assert (row["modified"], row["modified_utc"]) == (stored, is_utc)


@pytest.mark.parametrize(
    ("size", "stored"), [(None, None), (0, 0), (-1, None), (MAX_SIZE, MAX_SIZE), (MAX_SIZE + 1, None)]
)
def test_a_listing_may_claim_any_size(size: int | None, stored: int | None) -> None:
    assert entry_row(entry(size=size), NOW, KEY)["size"] == stored


def test_names_that_are_no_text_can_be_stored() -> None:
    row = entry_row(entry(name="caf\udce9\x00.pdf", url="http://files.example.org/caf\udce9"), NOW, KEY)
    table = pa.Table.from_pylist([{**row, "sweep_id": "s", "unit_id": "u"}], schema=COLUMNS["entries"])
    assert table.to_pylist()[0]["name"] == "caf\\udce9\x00.pdf"


def test_no_credential_is_kept_even_if_a_source_forgets(estate: Estate) -> None:
    signed = "http://someone:secret@files.example.org/a.pdf?X-Amz-Signature=abc&page=2"
    headers = {
        "Set-Cookie": "session=secret",
        "Location": "http://files.example.org/b?sig=secret&sv=1",
        "Content-Type": "application/pdf",
    }
    document = estate.document("/a.pdf", headers=headers, requested_url=signed, parent=signed)
    rows = [
        entry_row(entry(url=signed, parent=signed), NOW, KEY),
        skip_row(Skipped(signed, SkipReason.CREDENTIAL_IN_URL, parent=signed), NOW),
        document_row(document, Judged("application/pdf", CLEAR), 1),
    ]
    assert "secret" not in repr(rows)
    assert "abc" not in repr(rows)
    assert rows[0]["url"] == "http://files.example.org/a.pdf?page=2"
    assert dict(rows[2]["headers"]) == {
        "location": "http://files.example.org/b",
        "content-type": "application/pdf",
    }


def test_what_is_no_url_is_kept_without_its_query() -> None:
    row = skip_row(Skipped("http://me:secret@[broken/x?sig=secret", SkipReason.DENIED_BY_GUARD), NOW)
    assert row["url"] == "invalid:[broken/x"


@pytest.mark.parametrize(
    ("header", "stored"),
    [
        ("Tue, 01 Jul 2025 10:00:00 GMT", datetime(2025, 7, 1, 10, tzinfo=UTC)),
        ("Tue, 01 Jul 2025 12:00:00 +0200", datetime(2025, 7, 1, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("Tue, 99 Jul 2025 10:00:00 GMT", None),
        ("", None),
    ],
)
def test_last_modified_is_read_if_it_is_a_time(estate: Estate, header: str, stored: datetime | None) -> None:
    document = estate.document("/a.pdf", headers={"LAST-MODIFIED": header})
    assert document_row(document, Judged("text/plain", CLEAR), 1)["server_modified"] == stored


def place_of(document: Document, judgement: Judgement) -> Row:
    return document_row(document, Judged("application/pdf", judgement), 1)


def test_letters_make_findings_and_lesser_verdicts_do_not(estate: Estate) -> None:
    document = estate.document("/a.pdf")
    verdicts = (Verdict.KNOWN_LETTER, Verdict.SHARED_PASSAGE, Verdict.TEMPLATE_ONLY, Verdict.UNDETERMINED)
    letters = tuple(LetterMatch(f"L-{number}", verdict, 0.5, 0.5, 10) for number, verdict in enumerate(verdicts))
    rows = match_rows(place_of(document, CLEAR), letters, document.url, KEY)
    assert [row["finding_id"] is not None for row in rows] == [True, True, False, False]
    assert rows[0]["finding_id"] == KEY.finding_id(document.url, "", "letter:L-0")


def test_a_template_verdict_makes_one_finding_of_its_place(estate: Estate) -> None:
    document = estate.document("/a.pdf")
    alone = Judgement(Verdict.SAME_TEMPLATE, (), ())
    without = template_rows(place_of(document, alone), alone, document.url, KEY)
    assert [(row["letter_id"], row["finding_id"]) for row in without] == [
        (None, KEY.finding_id(document.url, "", "verdict:same_template"))
    ]
    near = LetterMatch("L-1", Verdict.SAME_TEMPLATE, 0.5, 0.5, 10)
    with_candidate = Judgement(Verdict.SAME_TEMPLATE, (near,), ())
    place = place_of(document, with_candidate)
    assert template_rows(place, with_candidate, document.url, KEY) == []
    assert match_rows(place, (near,), document.url, KEY)[0]["finding_id"] == without[0]["finding_id"]


@pytest.mark.parametrize("verdict", [Verdict.CLEAR, Verdict.UNDETERMINED, Verdict.TEMPLATE_ONLY])
def test_other_documents_make_no_match(estate: Estate, verdict: Verdict) -> None:
    document, judgement = estate.document("/a.pdf"), Judgement(verdict, (), ())
    assert template_rows(place_of(document, judgement), judgement, document.url, KEY) == []


def test_a_letter_is_of_the_file_inside_that_holds_most_of_it() -> None:
    def match(letter_id: str, *spans: tuple[str, int]) -> LetterMatch:
        return LetterMatch(
            letter_id, Verdict.KNOWN_LETTER, 1, 1, 9, spans=tuple(Span(p, (0, n), (0, n)) for p, n in spans)
        )

    files = tuple(InnerFile(path, "application/pdf", 1, "0" * 64) for path in ("!/a.pdf", "!/m.mbox#mail=2!/b.pdf"))
    letters = (
        match("own", ("#page=2", 50)),
        match("a", ("#page=1", 10), ("!/a.pdf#page=1", 8), ("!/a.pdf#page=2", 8)),
        match("b", ("!/m.mbox#mail=2!/b.pdf", 9)),
        match("mail", ("!/m.mbox#mail=2", 9)),
        match("nowhere"),
    )
    found = letters_by_file(Judged("application/zip", Judgement(Verdict.KNOWN_LETTER, letters, ()), files))
    assert {file: [each.letter_id for each in some] for file, some in found.items()} == {
        "": ["own", "mail", "nowhere"],
        "!/a.pdf": ["a"],
        "!/m.mbox#mail=2!/b.pdf": ["b"],
    }


def test_names_that_lie_are_kept_with_the_whole(estate: Estate) -> None:
    lying = InnerFile("!/photo.jpg", "application/zip", 5, "0" * 64, "jpg")
    judged = Judged("text/plain", CLEAR, (lying, InnerFile("!/a.txt", "text/plain", 5, "0" * 64)), misnamed="pdf")
    assert document_row(estate.document("/a.pdf"), judged, 1)["misnamed"] == [
        {"member": "", "ending": "pdf", "media_type": "text/plain"},
        {"member": "!/photo.jpg", "ending": "jpg", "media_type": "application/zip"},
    ]


def test_every_row_fits_its_columns(estate: Estate) -> None:
    document = estate.document("/a.pdf")
    place = place_of(document, letter())
    owner = {"sweep_id": "s", "unit_id": "u"}
    rows = {
        "entries": entry_row(entry(size=3, modified=NOW), NOW, KEY),
        "documents": inner_row(place, InnerFile("!/a", "text/plain", 5, "0" * 64, "pdf"), letter().letters, 2),
        "matches": {
            **match_rows(place, letter().letters, document.url, KEY)[0],
            **asdict(belonging(document.url, unit_record(), KEY)),
        },
        "skips": skip_row(Skipped("http://files.example.org/", SkipReason.ROBOTS), NOW),
        "buckets": bucket_row(BucketAccess("http://x.example.org/b", "s3", "b"), NOW),
        "leads": lead_row(BucketLead("http://x.example.org/b", "s3", "b"), NOW),
        "name_searches": name_search_row(NamesSearched("s3", 3, 1, 1, 1), NOW),
        "host_checks": host_check_row(
            HostCheck(HOST, Turn.BEFORE, HostAnswer.OTHERWISE, "http_403", 403, "0" * 64, 7, NOW)
        ),
        "absences": absence_row(Absence(f"{HOST}/a/b", f"{HOST}/a/", 3, NOW)),
        "confirmations": confirmation_rows(Unchanged(UnchangedBasis.NOT_MODIFIED, "clear", ("f",)), NOW)[0],
        "sketches": sketch_rows(document, StoredSketch("space", b"sealed"))[0],
        "left": left_rows(Skipped(HOST, SkipReason.BUDGET_SPENT, stands_for=(f"{HOST}/a",)))[0],
    }
    for table, columns in COLUMNS.items():
        assert set(rows[table]) | set(owner) == set(columns.names)
        pa.Table.from_pylist([{**rows[table], **owner}], schema=columns).validate(full=True)


def test_what_a_dictation_says_of_people_is_kept_keyed() -> None:
    began = datetime(2026, 2, 3, 4, 5, 6)  # noqa: DTZ001 - recorders have no zone
    header = DictationHeader(
        DictationFormat.DS2, False, "PlantedAuthor", "PlantedSerial", None, began, began + timedelta(seconds=90)
    )
    kept = entry_row(entry(dictation=header), NOW, KEY)["dictation"]
    assert (kept["format"], kept["seconds"], kept["encrypted"], kept["comment"]) == ("ds2", 90, False, None)
    written = repr((kept, entry(dictation=header)))
    assert not any(word in written for word in ("Planted", "2026-02-03", "260203", "04:05"))
    same = entry_row(entry(dictation=replace(header, recorder="PlantedAuthor")), NOW, KEY)["dictation"]
    assert same["author"] == kept["author"], "the same author is the same again"
    assert same["recorder"] != same["author"], "of another kind, it is not"
    other = entry_row(entry(dictation=header), NOW, DatabaseKey(bytes([1] * 32)))["dictation"]
    assert other["author"] != kept["author"]
    assert kept["started"] != kept["ended"]


def test_people_are_kept_keyed_and_what_is_spoken_of_as_a_fact(estate: Estate) -> None:
    place = place_of(estate.document("/a.pdf"), CLEAR)
    match = replace(
        letter().letters[0],
        categories=(Category.FERTILITY, Category.HIV),
        people=("nhs_number=1", "nhs_number=2"),
        reasons=("letter L-1: so\udc80",),
        false_per_million=0.5,
    )
    (row,) = match_rows(place, (match,), f"{HOST}/a.pdf", KEY)
    assert row["categories"] == ["fertility", "hiv"]
    assert row["person_ids"] == [KEY.fact("person", person) for person in match.people]
    assert "nhs_number" not in str(row["person_ids"])
    assert row["reasons"] == [storable(match.reasons[0])]
    unknown = Judgement(Verdict.SAME_TEMPLATE, (), ("why",), (Category.HIV,))
    (template,) = template_rows(place, unknown, f"{HOST}/a.pdf", KEY)
    assert (template["categories"], template["person_ids"], template["reasons"]) == (["hiv"], [], ["why"])
