"""What is kept of buckets: each unit's last word, states and since when, leads, how a search for names went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from documents.buckets import (
    Attribution,
    BucketAccess,
    BucketLead,
    Evidence,
    FoundBy,
    NamesSearched,
    OwnerHints,
    Question,
)
from documents.exposure import Exposure, Transport, Truth
from findings.buckets import bucket_standings, buckets_met, known_leads
from findings.merge import merge
from findings.query import finding, reach, sweep_summary
from findings.records import BucketState, UnitState
from findings.rows import Judged
from findings.spool import UnitSpool
from tests.findings.conftest import HOST, START, Estate, letter

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
BUCKET = BucketAccess(f"{HOST}/1", "s3", "letters", exists=YES)
LEAD = BucketLead(f"{HOST}/1", "s3", "letters", key="Planted-Jane.pdf", parent=f"{HOST}/page")


def swept(estate: Estate, *told: BucketAccess | BucketLead | NamesSearched, numbers: tuple[int, ...] = (1,)) -> str:
    """A sweep whose units say this, each the same."""
    sweep = estate.begin()
    for number in numbers:
        unit = estate.open_unit(sweep, number)
        tell(unit, *told)
        unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    return sweep.record.sweep_id


def tell(unit: UnitSpool, *told: BucketAccess | BucketLead | NamesSearched) -> None:
    for what in told:
        match what:
            case BucketAccess():
                unit.bucket(what)
            case BucketLead():
                unit.bucket_named(what)
            case NamesSearched():
                unit.names_searched(what)


def test_all_of_a_bucket_is_kept(estate: Estate) -> None:
    evidence = Evidence(Question.LIST, 403, "AccessDenied", "4442587FB7D0A2F9", START)
    given = BucketAccess(
        f"{HOST}/1", "azure", "letters", "exampletrust", "uksouth", HOST,
        exists=YES, account_exists=YES, listable=NO, readable=YES, known_key_readable=YES, acl_readable=NO,
        versions_visible=NO, requester_pays=NO, public_access_blocked=NO, disabled=NO, website=YES,
        website_url=f"{HOST}/site", rights=("storage.objects.get",), owner=OwnerHints("123456789012", "abc", "tenant"),
        found_by=FoundBy.HARVEST, attribution=Attribution(70, ("tenant_of_scope", "name_has_keyword")),
        evidence=(evidence, replace(evidence, question=Question.READ, status=None, code="timed_out")),
    )  # fmt: skip
    swept(estate, given)
    columns = [name for name in BucketAccess.__slots__ if name not in ("owner", "attribution", "evidence")]
    kept = estate.ask(f"SELECT {', '.join(columns)} FROM buckets")
    assert kept == [tuple(list(value) if isinstance(value, tuple) else value for value in values(given, columns))]
    assert estate.ask("SELECT account_id, owner_id, tenant_id, score, reasons FROM buckets") == [
        ("123456789012", "abc", "tenant", 70, ["tenant_of_scope", "name_has_keyword"])
    ]
    unnested = "SELECT e.question, e.status, e.code, e.request_id FROM (SELECT unnest(evidence) AS e FROM buckets)"
    assert estate.ask(unnested) == [
        ("list", 403, "AccessDenied", "4442587FB7D0A2F9"),
        ("read", None, "timed_out", "4442587FB7D0A2F9"),
    ]
    (standing,) = bucket_standings(estate.database)
    assert (standing.state, standing.known_state, standing.tenant_id) == (
        BucketState.READABLE, BucketState.READABLE, "tenant",
    )  # fmt: skip


def values(record: object, names: list[str]) -> list[Any]:
    return [getattr(record, name) for name in names]


def test_the_last_word_of_a_unit_counts_over_thousands_and_over_parts(estate: Estate) -> None:
    many = [replace(BUCKET, region=str(number)) for number in range(12_000)]
    searches = [NamesSearched("s3", 12_000, 1, number, 11_999 - number) for number in range(6_000)]
    sweep_id = swept(estate, *many, *searches)
    assert estate.ask("SELECT region FROM buckets") == [("11999",)]
    assert estate.ask("SELECT existing, absent, unknown FROM name_searches") == [(1, 5_999, 6_000)]
    summary = sweep_summary(estate.database, sweep_id)
    assert summary.buckets == {BucketState.EXISTS: 1}
    (names,) = summary.names
    assert (names.provider, names.candidates, names.unknown, names.trusted_share) == ("s3", 12_000, 6_000, 0.5)
    (unit,) = reach(estate.database)
    assert (unit.names, unit.names_unknown) == (12_000, 6_000)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"listable": YES, "readable": NO}, "listable"),
        ({"listable": NO, "readable": YES}, "readable"),
        ({"listable": UNKNOWN, "known_key_readable": YES}, "readable"),
        ({"exists": NO, "listable": NO, "readable": NO}, "absent"),
        ({"public_access_blocked": YES, "listable": NO}, "closed"),
        ({"exists": UNKNOWN, "public_access_blocked": YES}, "closed"),
        ({"disabled": YES}, "closed"),
        ({"requester_pays": YES, "listable": NO}, "closed"),
        ({"listable": NO, "readable": NO}, "closed"),
        ({"listable": NO, "known_key_readable": NO}, "not_listable"),
        ({"listable": NO}, "not_listable"),
        ({}, "exists"),
        # Azure says so of private containers, of missing ones, and of ones whose objects anyone may read.
        ({"exists": UNKNOWN, "listable": NO}, "unknown"),
        ({"exists": UNKNOWN, "account_exists": YES}, "unknown"),
    ],
)
def test_the_state_of_a_bucket(estate: Estate, changes: dict[str, Truth], state: str) -> None:
    swept(estate, replace(BUCKET, **changes))  # type: ignore[arg-type]
    assert estate.ask("SELECT state FROM bucket_states") == [(state,)]


def test_two_units_at_one_bucket_are_one_state_and_a_yes_stands(estate: Estate) -> None:
    sweep = estate.begin()
    words = [
        replace(BUCKET, listable=NO, readable=YES, attribution=Attribution(10, ("name_has_keyword",))),
        replace(
            BUCKET, listable=YES, readable=UNKNOWN, found_by=FoundBy.SEARCH, attribution=Attribution(90, ("owner",))
        ),
    ]
    for number, word in enumerate(words, 1):
        unit = estate.open_unit(sweep, number)
        unit.bucket(word)
        unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    columns = "state, listable, readable, found_by, score, reasons, len(unit_ids)"
    assert estate.ask(f"SELECT {columns} FROM bucket_states") == [("listable", "yes", "yes", "scope", 90, ["owner"], 2)]


def test_a_bucket_is_one_whatever_region_its_address_names_and_two_where_names_are_regional(estate: Estate) -> None:
    def told(provider: str, url: str, listable: Truth) -> BucketAccess:
        return BucketAccess(url, provider, "letters", exists=YES, listable=listable, found_by=FoundBy.SEARCH)

    swept(
        estate,
        told("s3", "https://s3.us-east-1.amazonaws.com/letters/", UNKNOWN),
        replace(told("s3", "https://s3.eu-west-2.amazonaws.com/letters/", YES), found_by=FoundBy.SCOPE),
        told("s3", "https://s3.cn-north-1.amazonaws.com.cn/letters/", NO),
        told("s3", "http://127.0.0.1:9000/letters/", YES),
        told("digitalocean", "https://nyc3.digitaloceanspaces.com/letters/", YES),
        told("digitalocean", "https://ams3.digitaloceanspaces.com/letters/", NO),
    )
    asked = [(row.bucket_id, row.state.value) for row in bucket_standings(estate.database)]
    assert sorted(asked) == [
        ("http://127.0.0.1:9000/letters/", "listable"),
        ("https://ams3.digitaloceanspaces.com/letters/", "not_listable"),
        ("https://nyc3.digitaloceanspaces.com/letters/", "listable"),
        ("s3/aws-cn/letters", "not_listable"),
        ("s3/aws/letters", "listable"),
    ]


def test_what_was_met_shows_with_what_is_known_of_it(estate: Estate) -> None:
    address = "https://s3.us-east-1.amazonaws.com/letters/"
    met = BucketLead("https://s3.eu-west-2.amazonaws.com/letters/", "s3", "letters", parent=f"{HOST}/page")
    swept(
        estate,
        BucketAccess(address, "s3", "letters", exists=YES, listable=YES, attribution=Attribution(30, ("a",))),
        met,
        replace(met, key="a.pdf"),
        replace(met, key="b.pdf", had_credential=True, met_in="script"),
        replace(met, url="https://storage.googleapis.com/x-y-z/", provider="gcs", name="x-y-z"),
    )
    first, second = buckets_met(estate.database)
    assert (first.bucket_id, first.objects, first.with_credential) == ("s3/aws/letters", 2, 1)
    assert (first.met_in, first.state, first.score) == (("html", "script"), BucketState.LISTABLE, 30)
    assert (second.bucket_id, second.objects, second.state, second.score) == ("gcs/x-y-z", 0, None, None)


def test_since_when_a_state_is_seen_and_what_was_before(estate: Estate) -> None:
    opened = replace(BUCKET, listable=YES)
    closed = replace(BUCKET, listable=NO, readable=NO)
    lost = replace(BUCKET, exists=UNKNOWN)
    days = []
    for word in (closed, opened, lost, opened, lost):
        swept(estate, word)
        days.append(estate.now)
    (standing,) = bucket_standings(estate.database)
    assert (standing.state, standing.known_state) == (BucketState.UNKNOWN, BucketState.LISTABLE)
    assert (standing.since, standing.known_at) == (days[1], days[3])
    assert (standing.first_seen, standing.seen_at) == (days[0], days[4])
    history = estate.ask("SELECT state_before, state FROM bucket_history ORDER BY sweep_started_at")
    assert history == [
        (None, "closed"), ("closed", "listable"), ("listable", "unknown"), ("listable", "listable"),
        ("listable", "unknown"),
    ]  # fmt: skip


def test_a_lead_is_one_row_however_often_and_in_however_many_sweeps_it_is_met(estate: Estate) -> None:
    first = swept(estate, LEAD, LEAD, replace(LEAD, key=""), replace(LEAD, had_credential=True), numbers=(1, 2))
    began = estate.now
    last = swept(estate, replace(LEAD, met_in="script", parent=f"{HOST}/other"), numbers=(1,))
    columns = "unit_id[-1:], key, had_credential, met_in, parent[-5:], first_seen, last_seen, first_sweep, last_sweep"
    assert estate.ask(f"SELECT {columns} FROM bucket_leads ORDER BY 1, 2") == [
        ("1", "", False, "html", "/page", began, began, first, first),
        ("1", "Planted-Jane.pdf", True, "script", "other", began, estate.now, first, last),
        ("2", "", False, "html", "/page", began, began, first, first),
        ("2", "Planted-Jane.pdf", True, "html", "/page", began, began, first, first),
    ]
    met = list(known_leads(estate.database, 2))
    assert [lead.had_credential for lead in met] == [True, False]
    assert met[0] == replace(LEAD, had_credential=True, met_in="script", parent=f"{HOST}/other")
    assert len(list(known_leads(estate.database, 100))) == 4


def test_no_credential_of_an_address_is_kept(estate: Estate) -> None:
    signed = "https://letters.s3.amazonaws.com/?X-Amz-Signature=Planted&X-Amz-Credential=Planted"
    swept(
        estate,
        replace(BUCKET, url=signed, website_url=signed, endpoint="https://Planted:secret@s3.amazonaws.com"),
        replace(LEAD, key="a.pdf", url=signed, parent="https://www.example.org/?sig=Planted&se=2030&sv=1"),
    )
    kept = estate.ask("SELECT url, website_url, endpoint FROM buckets") + estate.ask("SELECT * FROM bucket_leads")
    assert "Planted" not in str(kept)


def test_a_killed_unit_keeps_what_it_had_told_of_buckets(estate: Estate) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    tell(unit, BUCKET, LEAD, NamesSearched("s3", 5, 1, 1, 3))
    assert unit.store
    unit.store.commit(lambda connection: None)
    unit.store.close()
    again = estate.open_unit(sweep)
    tell(again, NamesSearched("s3", 5, 1, 4, 0))
    again.finish(estate.outcome(UnitState.FINISHED))
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    assert estate.ask("SELECT (SELECT count(*) FROM buckets), (SELECT count(*) FROM bucket_leads)") == [(1, 1)]
    assert estate.ask("SELECT absent, unknown FROM name_searches") == [(4, 0)]


@pytest.mark.parametrize(
    ("listed", "listable", "folder_listed"),
    [(YES, YES, YES), (NO, NO, NO), (NO, UNKNOWN, UNKNOWN), (NO, YES, YES)],
)
def test_how_a_letter_in_a_bucket_lies_open(
    estate: Estate, listed: Truth, listable: Truth, folder_listed: Truth
) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    exposure = Exposure(
        transport=Transport.HTTPS, listed=listed, is_listing=NO, auth_above=NO, is_current=NO if listed is YES else YES
    )
    unit.document(estate.document("/1/a/b/c.pdf", exposure=exposure), Judged("application/pdf", letter()))
    unit.bucket(replace(BUCKET, listable=listable, readable=YES, attribution=Attribution(40, ("name_has_keyword",))))
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    (finding_id,) = estate.ask("SELECT finding_id FROM findings")[0]
    told = finding(estate.database, finding_id).exposure
    assert told
    assert (told.auth_above, told.listed, told.folder_listed, told.indexable) == (NO, listed, folder_listed, UNKNOWN)
    assert told.is_current is exposure.is_current
    (standing,) = bucket_standings(estate.database)
    assert (standing.letters, standing.findings) == (1, 1)
    assert standing.reasons == ("known_letters", "name_has_keyword")
