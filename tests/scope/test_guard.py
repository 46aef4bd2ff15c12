from __future__ import annotations

from collections.abc import Callable
from datetime import date
from ipaddress import ip_address
from typing import Any

import pytest

from scope.guard import Denial, Guard
from scope.model import Scope

TODAY = date(2026, 6, 1)


def scope_of(**keys: Any) -> Scope:
    return Scope.model_validate(
        {
            "organisation": "Example",
            "contact": "c@example.org",
            "authority": {"who": "J", "reference": "R", "expires": TODAY},
            "pack": {"path": "p", "key": "k"},
            "site": [
                {"url": "https://www.example.org/", "tier": "own", "authority": "R"},
                {"url": "https://files.example.org:8443/trust/letters/index.html", "tier": "own", "authority": "R"},
            ],
            "bucket": [
                {"name": "clinic.letters", "prefix": "2026/", "tier": "own", "authority": "R"},
                {
                    "name": "typed",
                    "endpoint": "https://objects.example.org/s3/",
                    "prefix": "a/",
                    "tier": "own",
                    "authority": "R",
                },
                {"name": "scans", "endpoint": "https://objects.example.org/s3/", "tier": "own", "authority": "R"},
            ],
            **keys,
        }
    )


def guard_of(today: Callable[[], date] = lambda: TODAY, **keys: Any) -> Guard:
    return Guard(scope_of(**keys), today)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/",
        "https://www.example.org/deep/er?page=2",
        "http://www.example.org/",
        "https://files.example.org:8443/trust/letters/a.pdf",
        "https://files.example.org:8443/robots.txt",
        "https://s3.us-east-1.amazonaws.com/clinic.letters/2026/a.pdf",
        "https://s3.eu-west-2.amazonaws.com/clinic.letters?list-type=2&prefix=2026%2F",
        "https://clinic.letters.s3.amazonaws.com/2026/a.pdf",
        "https://objects.example.org/s3/scans/a%20b.pdf",
        "https://objects.example.org/s3/scans",
        "https://objects.example.org/s3/typed?prefix=a%2F2026",
        "https://objects.example.org/s3/scans/remove/reset.php",
        "https://objects.example.org/s3/scans/tab%09.txt",
        "https://files.example.org:8443/trust/letters/Smith%3B%20Jane.pdf",
        "https://files.example.org:8443/trust/letters/Caf%E9%20...%20100%25.pdf",
        "https://files.example.org:8443/trust/letters/Caf%C3%A9..pdf",
    ],
)
def test_what_the_scope_names_may_be_asked_for(url: str) -> None:
    assert guard_of().url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://www.example.org.evil.example/",
        "https://www.example.org:444/",
        "http://www.example.org:443/",
        "http://www.example.org:8080/",
        "ftp://www.example.org/",
        "file:///etc/passwd",
        "https://files.example.org:8443/trust/letters2/a.pdf",
        "https://files.example.org:8443/trust/",
        "https://files.example.org:8443/trust/letters/../secret",
        "https://files.example.org:8443/trust/letters/%2e%2e/secret",
        "https://files.example.org:8443/trust/letters/%252e%252e/secret",
        "https://files.example.org:8443/trust/letters/..%5csecret",
        "https://files.example.org:8443/trust/letters/..;/o8",
        "https://files.example.org:8443/trust/letters/..;a=b/o8",
        "https://files.example.org:8443/trust/letters/%2e%2e;/o8",
        "https://files.example.org:8443/trust/letters/..%3b/o8",
        "https://files.example.org:8443/trust/letters/..%253b/o8",
        "https://files.example.org:8443/trust/letters/..%00/o8",
        "https://files.example.org:8443/trust/letters/..%20/o8",
        "https://files.example.org:8443/trust/letters/%c0%ae%c0%ae/o8",
        "https://files.example.org:8443/trust/letters/%e0%80%ae%e0%80%ae/o8",
        "https://files.example.org:8443/trust/letters/%c0.%c0./o8",
        "https://files.example.org:8443/trust/letters/%u002e%u002e/o8",
        "https://files.example.org:8443/trust/letters/%ef%bc%8e%ef%bc%8e/o8",
        "https://files.example.org:8443/trust/letters/..%c0%afo8",
        "https://files.example.org:8443/trust/letters/a%0ab",
        "https://s3.us-east-1.amazonaws.com/clinic.letters/2026/..;/a.pdf",
        "https://s3.us-east-1.amazonaws.com/clinic.letters/2026/..%09/a.pdf",
        "https://s3.us-east-1.amazonaws.com/clinic.letters/2026/a%00.pdf",
        "https://files.example.org/trust/letters/a.pdf",
        "https://s3.us-east-1.amazonaws.com/clinic.letters/2025/a.pdf",
        "https://s3.us-east-1.amazonaws.com/clinic.letters?list-type=2&prefix=2025%2F",
        "https://s3.us-east-1.amazonaws.com/other/2026/a.pdf",
        "https://objects.example.org/s3/scans2/a.pdf",
        "https://objects.example.org/s3/",
        "https://s3.us-east-1.amazonaws.com/clinic.letters?list-type=2",
        "https://objects.example.org/s3/typed?list-type=2&prefix=",
        "https://objects.example.org/s3/typed/other/a.pdf",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "http://127.0.0.1/",
        "https://www.example.org:99999/",
        "https://[bad/",
        "",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    denied = guard_of().url(url)
    assert denied is not None
    assert denied.denial is Denial.OUTSIDE


def test_the_reason_names_host_and_never_path_or_query() -> None:
    denied = guard_of().url("https://elsewhere.example/Smith_Jane.pdf?dob=1980")
    assert denied is not None
    assert "elsewhere.example" in denied.detail
    assert "Smith" not in denied.detail
    assert "1980" not in denied.detail


def test_actions_and_credentials_are_refused_inside_the_scope() -> None:
    acting = guard_of().url("https://www.example.org/user/delete")
    telling = guard_of().url("https://www.example.org/a.pdf?access_token=t")
    assert acting is not None
    assert acting.denial is Denial.ACTION
    assert telling is not None
    assert telling.denial is Denial.CREDENTIAL


def test_a_listing_s_folders_never_act_and_a_site_s_do() -> None:
    listing = {"url": "https://www.example.org/files/", "kind": "open_directory", "tier": "own", "authority": "R"}
    site = {"url": "https://www.example.org/", "tier": "own", "authority": "R"}
    guard = guard_of(site=[site, listing])
    for folder in ("edit/", "reject/", "Cancel%20Clinic/", "Reset/", "add/", "Approve/", "create/"):
        assert guard.url(f"https://www.example.org/files/{folder}") is None
    for acting in ("edit/", "files/x?action=delete", "files/delete.php?id=3"):
        denied = guard.url(f"https://www.example.org/{acting}")
        assert denied is not None
        assert denied.denial is Denial.ACTION


def test_a_site_below_a_listing_is_judged_as_a_site() -> None:
    listing = {"url": "https://www.example.org/", "kind": "open_directory", "tier": "own", "authority": "R"}
    site = {"url": "https://www.example.org/app/", "tier": "own", "authority": "R"}
    guard = guard_of(site=[listing, site])
    assert guard.url("https://www.example.org/edit/") is None
    assert guard.url("https://www.example.org/app/edit/") is not None


def test_the_authority_holds_to_the_end_of_its_last_day_and_no_longer() -> None:
    days = iter([TODAY, date(2026, 6, 2)])
    guard = guard_of(today=lambda: next(days))
    assert guard.url("https://www.example.org/") is None
    denied = guard.url("https://www.example.org/")
    assert denied is not None
    assert denied.denial is Denial.EXPIRED


def test_without_an_authority_nothing_may_be_asked_for() -> None:
    denied = guard_of(authority=None).url("https://www.example.org/")
    assert denied is not None
    assert denied.denial is Denial.EXPIRED


def test_private_addresses_only_where_the_scope_names_them() -> None:
    plain = guard_of()
    named = guard_of(network={"private_addresses": ["10.1.0.0/16"]})
    assert plain.address(ip_address("10.1.2.3")) is not None
    assert named.address(ip_address("10.1.2.3")) is None
    assert named.address(ip_address("10.2.2.3")) is not None
    assert plain.address(ip_address("93.184.216.34")) is None


def test_a_tip_off_opens_exactly_one_url() -> None:
    named = "https://elsewhere.example/found/letter.pdf"
    guard = Guard(scope_of(), lambda: TODAY, tip_off=named)
    assert guard.url(named) is None
    for other in (named + "?page=2", "https://elsewhere.example/found/", "https://elsewhere.example/robots.txt"):
        assert guard.url(other) is not None
    signed = "https://elsewhere.example/a?access_token=t"
    assert Guard(scope_of(), lambda: TODAY, tip_off=signed).url(signed) is not None
    inside = "http://127.0.0.1/a"
    assert Guard(scope_of(), lambda: TODAY, tip_off=inside).url(inside) is not None
    assert Guard(scope_of(authority=None), lambda: TODAY, tip_off=named).url(named) is not None


FTP = {"url": "ftp://ftp.example.org/pub/trust", "tier": "own", "authority": "R"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ftp.example.org/pub/trust",
        "ftp://ftp.example.org/pub/trust/",
        "ftp://ftp.example.org:21/pub/trust/a.pdf",
        "ftp://ftp.example.org/pub/trust/Caf%E9%20%96/%F1.doc",
        "ftp://ftp.example.org/pub/trust/%82%A0.txt",
        "ftp://ftp.example.org/pub/trust/a%3Btoken%3Dabcdefgh%3F%23.txt",
        "ftp://ftp.example.org/pub/trust/a;jsessionid=0123456789ABCDEF.txt",
        "ftp://ftp.example.org/pub/trust/delete/reset.php",
    ],
)
def test_an_ftp_target_is_its_folder_and_what_lies_below(url: str) -> None:
    assert guard_of(ftp=[FTP]).url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ftp.example.org/",
        "ftp://ftp.example.org/pub/",
        "ftp://ftp.example.org/pub/trust2/a.pdf",
        "ftp://ftp.example.org:2121/pub/trust/a.pdf",
        "ftps://ftp.example.org/pub/trust/a.pdf",
        "http://ftp.example.org/pub/trust/a.pdf",
        "http://ftp.example.org:21/pub/trust/a.pdf",
        "ftp://ftp.example.org.evil.example/pub/trust/a.pdf",
        "ftp://ftp.example.org/pub/trust/../secret",
        "ftp://ftp.example.org/pub/trust/%2e%2e/secret",
        "ftp://ftp.example.org/pub/trust/..%5csecret",
        "ftp://ftp.example.org/pub/trust/a%0d%0aDELE%20b",
        "ftp://ftp.example.org/pub/trust/a%00",
        "ftp://ftp.example.org/pub/trust/a?b",
        "ftp://www.example.org/",
        "ftps://www.example.org/",
        "ftp://127.0.0.1/pub/trust/",
    ],
)
def test_nothing_else_is_asked_for_by_ftp(url: str) -> None:
    denied = guard_of(ftp=[FTP]).url(url)
    assert denied is not None
    assert denied.denial is Denial.OUTSIDE


def test_a_user_in_an_ftp_address_is_a_credential() -> None:
    denied = guard_of(ftp=[FTP]).url("ftp://me:secret@ftp.example.org/pub/trust/a.pdf")
    assert denied is not None
    assert denied.denial is Denial.CREDENTIAL


@pytest.mark.parametrize(("tier", "stated", "allowed"), [
    ("own", None, True), ("processor", None, True), ("third_party", None, False), ("third_party", True, True),
    ("own", False, False),
])  # fmt: skip
def test_an_anonymous_login_at_a_third_party_is_a_decision(tier: str, stated: bool | None, allowed: bool) -> None:
    (target,) = scope_of(ftp=[FTP | {"tier": tier, "anonymous_ftp": stated}]).ftp
    assert target.may_log_in is allowed
