"""The view `exposure`: what the folders above a finding answered, joined to how it was fetched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from documents.exposure import Exposure, IndexBasis, TlsState, Transport, Truth
from documents.records import Document, Skipped, SkipReason
from findings.query import finding
from matchers.verdicts import Judgement
from tests.findings.conftest import CLEAR, HOST, Estate, letter

PLACE = "/1/2026/a.pdf"
EXPOSED = Exposure(
    reached_by=(f"{HOST}/1/", f"{HOST}/1/2026/"),
    transport=Transport.HTTP,
    tls=TlsState.NONE,
    listed=Truth.NO,
    is_listing=Truth.NO,
    robots_disallow=Truth.NO,
    indexable=Truth.YES,
    index_basis=IndexBasis.NOTHING_FORBIDS,
)
LOGIN = (SkipReason.ACCESS_DENIED, "http_401 login")
BARE_LOGIN = (SkipReason.ACCESS_DENIED, "http_401")
FTP_LOGIN = (SkipReason.ACCESS_DENIED, "ftp_530 login")
REFUSED = (SkipReason.ACCESS_DENIED, "http_403")
MISSING = (SkipReason.NOT_FOUND, "http_404")
LATE = (SkipReason.TIMED_OUT, "no_answer")
PAGE = Exposure(is_listing=Truth.NO)
LISTING = Exposure(is_listing=Truth.YES)
Told = tuple[SkipReason, str] | Exposure


def swept(estate: Estate, top: Told | None, folder: Told | None, exposure: Exposure = EXPOSED) -> dict[str, Any]:
    """The finding's line, where the folders above it answered so."""
    found: list[Document | Skipped | tuple[Document, Judgement]] = []
    for path, told in (("/1/", top), ("/1/2026/", folder)):
        if isinstance(told, Exposure):
            found.append(estate.document(path, exposure=told))
        elif told:
            found.append(Skipped(f"{HOST}{path}", *told))
    estate.sweep(
        *found, (estate.document(PLACE, exposure=exposure, headers={"server": "nginx", "etag": '"a"'}), letter())
    )
    names = "auth_above, folder_listed, listed, transport, tls, indexable, server, etag"
    rows = estate.ask(f"SELECT {names} FROM exposure")
    assert len(rows) == 1
    return dict(zip(names.split(", "), rows[0], strict=True))


@pytest.mark.parametrize(
    ("top", "folder", "login"),
    [
        (PAGE, LISTING, "no"),
        (REFUSED, MISSING, "no"),
        (LOGIN, PAGE, "yes"),
        (PAGE, LOGIN, "yes"),
        (BARE_LOGIN, LATE, "yes"),
        (FTP_LOGIN, None, "yes"),
        (PAGE, LATE, "unknown"),
        (PAGE, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_login_anywhere_above(estate: Estate, top: Told | None, folder: Told | None, login: str) -> None:
    assert swept(estate, top, folder)["auth_above"] == login


@pytest.mark.parametrize(
    ("folder", "listed"), [(LISTING, "yes"), (PAGE, "no"), (REFUSED, "no"), (MISSING, "no"), (LATE, "unknown")]
)
def test_whether_its_folder_is_listed(estate: Estate, folder: Told, listed: str) -> None:
    assert swept(estate, LISTING, folder)["folder_listed"] == listed


def test_what_a_source_says_itself_counts_first(estate: Estate) -> None:
    told = swept(estate, None, None, replace(EXPOSED, auth_above=Truth.NO, listed=Truth.YES))
    assert (told["auth_above"], told["folder_listed"]) == ("no", "yes")


def test_its_own_facts_stand_beside(estate: Estate) -> None:
    told = swept(estate, PAGE, LISTING)
    assert told["transport"] == "http"
    assert told["tls"] == "none"
    assert told["indexable"] == "yes"
    assert (told["server"], told["etag"]) == ("nginx", '"a"')


def test_a_folder_that_leads_elsewhere_says_nothing(estate: Estate) -> None:
    away = estate.document("/1/login", requested_url=f"{HOST}/1/2026/", exposure=PAGE)
    within = estate.document("/1/index.html", requested_url=f"{HOST}/1/", exposure=LISTING)
    estate.sweep(away, within, (estate.document(PLACE, exposure=EXPOSED), letter()))
    assert estate.ask("SELECT auth_above, folder_listed FROM exposure") == [("unknown", "unknown")]


def test_a_finding_that_is_the_start_itself_has_nothing_above(estate: Estate) -> None:
    estate.sweep((estate.document("/1/", exposure=EXPOSED), letter()))
    assert estate.ask("SELECT auth_above FROM exposure") == [("no",)]


def test_the_latest_sweep_that_saw_it_counts(estate: Estate) -> None:
    estate.sweep((estate.document(PLACE, exposure=EXPOSED), letter()), Skipped(f"{HOST}/1/2026/", *LOGIN))
    encrypted = replace(EXPOSED, transport=Transport.HTTPS, tls=TlsState.EXPIRED)
    estate.sweep((estate.document(PLACE, exposure=encrypted), letter()))
    estate.sweep(Skipped(f"{HOST}{PLACE}", SkipReason.NOT_FOUND))
    assert estate.ask("SELECT transport, tls, auth_above FROM exposure") == [("https", "expired", "unknown")]


def test_a_finding_in_full_tells_it(estate: Estate) -> None:
    swept(estate, PAGE, LISTING)
    finding_id = estate.ask("SELECT finding_id FROM findings")[0][0]
    exposure = finding(estate.database, finding_id).exposure
    assert exposure is not None
    assert (exposure.transport, exposure.auth_above, exposure.folder_listed) == (Transport.HTTP, Truth.NO, Truth.YES)
    assert exposure.reached_by == EXPOSED.reached_by
    assert "2026" not in repr(exposure).replace(repr(exposure.fetched_at), "")


def test_other_documents_are_not_in_it(estate: Estate) -> None:
    estate.sweep((estate.document("/1/clear.pdf", exposure=EXPOSED), CLEAR))
    assert estate.ask("SELECT count(*) FROM exposure") == [(0,)]
