"""The estate: more suppliers, and places that come and go while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import urllib3

from demo_range.estate import Conduct, Estate, Extra
from demo_range.letters import House
from demo_range.weeks import WEEKS
from scope.loader import load_scope
from scope.model import Scope, SiteTarget
from scope.units import units_of

ALL = Conduct(tuple(Extra), hears=True)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with Estate(tmp_path_factory.mktemp("estate")) as running:
        yield running


def scope_of(estate: Estate, conduct: Conduct) -> Scope:
    (estate.folder / "scope.toml").write_text(estate.scope_toml(conduct), encoding="utf-8")
    return load_scope(estate.folder / "scope.toml")


def sites(estate: Estate, conduct: Conduct = ALL) -> dict[str | None, SiteTarget]:
    return {target.supplier: target for target in scope_of(estate, conduct).site}


def status(http: urllib3.PoolManager, url: str) -> int:
    return http.request("GET", url).status


@pytest.mark.slow
def test_every_week_has_a_valid_scope_with_the_range_in_it(estate: Estate) -> None:
    counts = [len(list(units_of(scope_of(estate, week.conduct)))) for week in WEEKS]
    assert min(counts) == 8
    assert max(counts) == 8 + len(Extra)
    assert scope_of(estate, ALL).speech is not None
    assert "letters.millrace-archive.invalid" in sites(estate)["Millrace Archive"].url


def test_weeks_are_in_order_and_in_the_past() -> None:
    begins = [week.begins for week in WEEKS]
    assert begins == sorted(set(begins))
    assert begins[-1] < datetime.now(UTC)
    assert (begins[-1] - begins[0]).days == 49


def test_a_supplier_that_was_down_is_back_at_its_address(estate: Estate, http: urllib3.PoolManager) -> None:
    url = str(sites(estate)["Northgate Dictation Cloud"].url)
    assert status(http, url) == 200
    estate.stop(Extra.NORTHGATE)
    with pytest.raises(urllib3.exceptions.HTTPError):
        status(http, url)
    estate.start(Extra.NORTHGATE)
    assert status(http, url) == 200
    assert str(sites(estate)["Northgate Dictation Cloud"].url) == url


def test_files_come_go_and_are_refused(estate: Estate, http: urllib3.PoolManager) -> None:
    root = estate.ground.held.listing.url
    estate.write("open/QA/new/a.txt", b"here", date(2026, 10, 1))
    answer = http.request("GET", f"{root}/QA/new/a.txt")
    assert (answer.data, answer.headers["Last-Modified"]) == (b"here", "Thu, 01 Oct 2026 16:40:00 GMT")
    estate.take_away("open/QA/new")
    assert status(http, f"{root}/QA/new/a.txt") == 404
    estate.bring_back("open/QA/new")
    assert status(http, f"{root}/QA/new/a.txt") == 200
    estate.refuse("/QA/new/")
    assert status(http, f"{root}/QA/new/a.txt") == 403
    listing = http.request("GET", f"{root}/QA/new/")
    assert (listing.status, b"a.txt" in listing.data) == (200, True)


def test_buckets_are_opened_and_closed(estate: Estate, http: urllib3.PoolManager) -> None:
    held = estate.ground.held
    blob = f"{held.azure.account_url()}/clinic-letters/forms/blank.docx"
    assert status(http, blob) == 200
    estate.close_azure("clinic-letters")
    assert status(http, blob) in (404, 409)
    estate.open_azure("clinic-letters")
    assert status(http, blob) == 200
    estate.close_gcs("ashcombe-results")
    assert not held.gcs["ashcombe-results"].rights
    place = f"{held.s3.url}/ashcombe-transcripts/2026/a.txt"
    estate.put_s3("ashcombe-transcripts", "2026/a.txt", b"here")
    assert status(http, place) == 200
    estate.put_s3("ashcombe-transcripts", "2026/a.txt", b"here", private=True)
    assert status(http, place) == 403
    with pytest.raises(KeyError):
        estate.put_s3("strangers", "a.txt", b"")


def test_a_letter_is_named_by_house_and_number(estate: Estate) -> None:
    assert estate.letter((House.IVF, 3)).house is House.IVF
    assert estate.letter((House.DICTATION, 5)) is estate.ground.letters[-1]


@pytest.mark.slow
def test_a_stopped_estate_leaves_no_server(tmp_path: Path, http: urllib3.PoolManager) -> None:
    with Estate(tmp_path) as running:
        url = str(sites(running)["Calder Scanning Services"].url)
    with pytest.raises(urllib3.exceptions.HTTPError):
        status(http, url)
    assert (tmp_path / "dictations" / "dictations.csv").is_file()
