"""One file or folder by its address: one login, one request for it, nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawler.ftp import single
from crawler.ftp.replies import RefusedError
from crawler.ftp.single import FolderError, list_folder, read_file, tipped_target
from demo_range.ftp_server import FtpServer
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import FtpTarget, Limits, Scope, Tier

SCOPE = Scope.model_validate(
    {
        "organisation": "Example Hospital",
        "contact": "security@example.org",
        "authority": {"who": "J. Example", "reference": "IG-1", "expires": "2099-12-31"},
        "pack": {"path": "pack", "key": "pack.key"},
        "network": {"private_addresses": ["127.0.0.1"]},
    }
)


def errand_for(url: str) -> Errand:
    limits = SCOPE.limits
    return Errand(Guard(SCOPE, tip_off=url), limits, Budget(limits), Pacer(1000), ConductLog(), "Stray/0.1 (+s@x.org)")


def test_a_tip_is_one_file_and_no_listing(crook: Any) -> None:
    url = f"{crook.url}sub/b.txt"
    assert read_file(url, tipped_target(url, SCOPE), errand_for(url)) == b"beta"
    assert crook.verbs.count("RETR") == crook.verbs.count("USER") == 1
    assert not {"CWD", "LIST", "MLSD", "NLST"} & set(crook.verbs)


def test_a_file_beside_it_is_not_asked_for(crook: Any) -> None:
    url = f"{crook.url}sub/b.txt"
    with pytest.raises(FetchingError, match="denied_by_guard"):
        read_file(f"{crook.url}a.txt", tipped_target(url, SCOPE), errand_for(url))
    assert crook.commands == []


def test_a_server_that_is_full_is_asked_once(crook: Any) -> None:
    crook.greeting = "421 Too many connections"
    url = f"{crook.url}a.txt"
    with pytest.raises(FetchingError, match="throttled"):
        read_file(url, tipped_target(url, SCOPE), errand_for(url))
    assert crook.commands == []


def target_for(url: str) -> FtpTarget:
    return FtpTarget(url=url, tier=Tier.OWN, authority="IG-1")


def scoped_errand(target: FtpTarget, limits: dict[str, Any] | None = None) -> Errand:
    scope = SCOPE.model_copy(update={"ftp": (target,), "limits": Limits(**(limits or {}))})
    return Errand(
        Guard(scope), scope.limits, Budget(scope.limits), Pacer(1000), ConductLog(), "Stray/0.1 (+security@example.org)"
    )


def test_a_folder_is_listed_and_nothing_below_it_is_asked_for(tree: Path) -> None:
    with FtpServer(tree) as server:
        target = target_for(f"{server.url}/")
        listed = list_folder(f"{server.url}/Completed/2024-05/", target, scoped_errand(target))
        commands = [line.partition(" ")[0] for line in server.commands]
    assert sorted((entry.name, entry.size) for entry in listed.entries) == [
        ("0001 hollis.txt", 14),
        ("0002_vale.doc", 9),
    ]
    assert (listed.unread, listed.ends_early) == (0, "")
    assert commands.count("MLSD") == commands.count("USER") == 1
    assert not {"RETR", "LIST", "NLST"} & set(commands)


def test_an_empty_folder_is_a_listing_without_rows(tree: Path) -> None:
    (tree / "empty").mkdir()
    with FtpServer(tree) as server:
        target = target_for(f"{server.url}/")
        listed = list_folder(f"{server.url}/empty/", target, scoped_errand(target))
    assert (listed.entries, listed.unread, listed.ends_early) == ((), 0, "")


@pytest.mark.parametrize("written", ["Completed/", "Completed"])
def test_a_folder_is_told_from_a_file_that_is_not_for_us(tree: Path, written: str) -> None:
    with FtpServer(tree) as server:
        target = target_for(f"{server.url}/")
        with pytest.raises(FolderError):
            read_file(f"{server.url}/{written}", target, scoped_errand(target))
        commands = [line.partition(" ")[0] for line in server.commands]
    assert not {"MLSD", "LIST", "NLST"} & set(commands)


def test_what_is_missing_is_no_folder(tree: Path) -> None:
    with FtpServer(tree) as server:
        target = target_for(f"{server.url}/")
        for path in ("nowhere", "nowhere/"):
            with pytest.raises(RefusedError, match="not_found"):
                read_file(f"{server.url}/{path}", target, scoped_errand(target))
        with pytest.raises(RefusedError):
            list_folder(f"{server.url}/Pending/0007.txt/", target, scoped_errand(target))


def test_a_tip_on_a_folder_leads_nowhere_else(crook: Any) -> None:
    url = f"{crook.url}sub/"
    listed = list_folder(url, tipped_target(url, SCOPE), errand_for(url))
    assert [entry.url for entry in listed.entries] == [f"{url}b.txt"]
    assert {line for line in crook.commands if line.startswith("CWD")} == {"CWD /sub"}


def test_a_server_that_tells_that_a_folder_lies_outside_is_believed(crook: Any) -> None:
    told = {"/sub/link": "/elsewhere"}
    crook.tricks["PWD"] = lambda talk, argument: talk.say(f'257 "{told.get(talk.folder, talk.folder)}"')
    crook.files |= {"/sub/link/c.txt": b"gamma"}
    target = target_for(f"{crook.url}sub/")
    with pytest.raises(FetchingError, match="denied_by_guard"):
        list_folder(f"{crook.url}sub/link/", target, scoped_errand(target))
    assert not {"LIST", "NLST", "MLSD"} & set(crook.verbs)


def test_rows_that_came_before_a_listing_broke_off_are_shown_as_a_part(crook: Any) -> None:
    def broken(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            opened.sendall(b"-rw-r--r-- 1 ftp ftp 5 May 14 2024 a.txt\r\n")
        talk.say("426 lost")

    crook.tricks["LIST"] = broken
    target = target_for(crook.url)
    listed = list_folder(crook.url, target, scoped_errand(target))
    assert [entry.name for entry in listed.entries] == ["a.txt"]
    assert listed.ends_early == "truncated ftp_426"


def test_a_listing_without_end_is_bounded(crook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "MOST_ROWS", 2_000)  # to see the bound at work takes no more

    def endless(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            for thousand in range(10_000):
                rows = (f"-rw-r--r-- 1 ftp ftp 1 May 14 2024 {thousand}-{number}.txt\r\n" for number in range(1000))
                opened.sendall("".join(rows).encode())

    crook.tricks["LIST"] = endless
    target = target_for(crook.url)
    listed = list_folder(crook.url, target, scoped_errand(target))
    assert (len(listed.entries), listed.ends_early) == (2_000, "more than 2000 rows")
    listed = list_folder(crook.url, target, scoped_errand(target, {"bytes": 50_000}))
    assert listed.ends_early == "budget_spent bytes"
