"""One file by its address: one login, one request for it, nothing beside it."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.ftp.single import read_file, tipped_target
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.errors import FetchingError
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import Scope

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
