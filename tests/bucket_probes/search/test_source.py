from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bucket_probes.names.candidates import candidates
from bucket_probes.search.source import NameSearchSource
from demo_range.bucket_liar import BucketLiar
from demo_range.cloud_buckets import CloudBucket
from demo_range.lies import Lie, Service, Telling
from documents.buckets import BucketLead, FoundBy, NamesSearched
from documents.exposure import Truth
from documents.records import SkipReason
from fetching.budget import Budget
from fetching.errand import Errand
from fetching.leads import write_leads
from fetching.store import PassingStore
from scope.model import Limits, NameSearch, Scope
from scope.units import units_of

CANARY = "canary-of-ours"


@dataclass
class Searched:
    """What one search gave."""

    sink: Any
    last: NamesSearched
    errand: Errand


@pytest.fixture
def searching(
    make_scope: Any, make_errand: Any, recording_sink: Any, tmp_path: Path
) -> Iterator[Callable[..., Searched]]:
    """Searches at an endpoint on this machine."""
    errands: list[Errand] = []

    def search(endpoint: str, sink: Any = None, **options: Any) -> Searched:
        scope = scope_of(make_scope, endpoint, **{key: options.pop(key) for key in SCOPE_KEYS & options.keys()})
        errand: Errand = make_errand(scope, conduct=tmp_path / "conduct.jsonl")
        errands.append(errand)
        errand = replace(errand, limits=scope.limits, **options)
        taken = sink or type(recording_sink)()
        unit = next(units_of(scope))
        NameSearchSource(errand).fetch(unit, taken)
        return Searched(taken, taken.searches[-1] if taken.searches else NamesSearched("s3", 0, 0, 0, 0), errand)

    yield search
    for errand in errands:
        errand.conduct.close()


SCOPE_KEYS = {"count", "rate", "canaries", "expires", "provider"}


def scope_of(
    make_scope: Any,
    endpoint: str,
    count: int = 60,
    rate: tuple[float, float] = (2000, 5000),
    canaries: tuple[str, ...] = (CANARY,),
    **more: Any,
) -> Scope:
    provider = more.get("provider", "s3")
    scope: Scope = make_scope(expires=more.get("expires"))
    names = NameSearch(
        name_search=True, authority="IG-1", keywords=("Eastham Trust",), providers=(provider,), candidates=count,
        requests_per_second=rate[0], fastest=rate[1], canaries={provider: canaries}, endpoints={provider: endpoint},
    )  # fmt: skip
    limits = Limits(requests=100_000, timeout_seconds=5)
    return scope.model_copy(update={"names": names, "limits": limits})


def names_of(make_scope: Any, count: int) -> list[str]:
    scope = scope_of(make_scope, "http://127.0.0.1", count)
    assert scope.names is not None
    return [made.name for made in candidates(scope.names, "s3")]


def buckets(error: Any, answers: dict[str, Any]) -> Callable[[Any], Any]:
    """A service in which these exist, and the canary."""

    def says(asked: Any) -> Any:
        name = asked.path.strip("/")
        return error(403, "AccessDenied") if name == CANARY else answers.get(name)

    return says


def test_each_bucket_that_exists_is_told_with_what_its_answer_says(
    searching: Any, make_scope: Any, liar: Any, error: Any, listing: Any, tmp_path: Path
) -> None:
    names = names_of(make_scope, 60)
    existing = {
        names[3]: error(403, "AccessDenied", x_amz_request_id="R7"),
        names[10]: listing(),
        names[20]: error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-2", Location="http://192.0.2.1/"),
        names[30]: error(403, "AllAccessDisabled"),
    }
    liar.says = buckets(error, existing)
    searched = searching(liar.url)
    assert (searched.last.candidates, searched.last.existing, searched.last.absent, searched.last.unknown) == (
        60,
        4,
        56,
        0,
    )
    assert searched.last.trusted_share == 1
    found = {access.name: access for access in searched.sink.buckets}
    assert found.keys() == existing.keys()
    assert {access.exists for access in found.values()} == {Truth.YES}
    assert {access.found_by for access in found.values()} == {FoundBy.SEARCH}
    assert found[names[3]].listable is Truth.NO
    assert found[names[3]].evidence[0].code == "AccessDenied"
    assert found[names[10]].listable is Truth.YES
    assert found[names[20]].region == "eu-west-2"
    assert found[names[30]].disabled is Truth.YES
    assert found[names[3]].url == f"{liar.url}/{names[3]}/"
    assert searched.sink.skips == []
    for asked in liar.asked:
        assert asked.query == {"list-type": "2", "max-keys": "0"}
        assert not {"authorization", "cookie"} & asked.headers.keys()
    searched.errand.conduct.close()
    told = [json.loads(line) for line in (tmp_path / "conduct.jsonl").read_text().splitlines()]
    assert len(told) == searched.last.requests == searched.errand.budget.requests >= len(liar.asked)
    assert {line["method"] for line in told} == {"GET"}


def test_what_lends_rights_is_not_used(searching: Any, make_scope: Any, liar: Any, error: Any, lending: str) -> None:
    liar.says = buckets(error, {})
    assert searching(liar.url).last.absent == 60
    assert all(lending not in str(asked.headers) and "authorization" not in asked.headers for asked in liar.asked)


def test_answers_that_are_no_verdict_are_unknown_and_told_one_by_one(
    searching: Any, make_scope: Any, liar: Any, error: Any, reply: Any
) -> None:
    names = names_of(make_scope, 20)
    html = {"Content-Type": "text/html"}
    liar.says = buckets(
        error,
        {
            names[0]: reply(404, b"<html>not found</html>", html),
            names[1]: reply(200, b"<html>please log in</html>", html),
            names[2]: error(500, "InternalError"),
            names[3]: reply(404, b""),
            names[4]: error(403, "InvalidAccessKeyId"),
        },
    )
    searched = searching(liar.url, count=20)
    assert (searched.last.existing, searched.last.absent, searched.last.unknown) == (0, 15, 5)
    assert {skip.url for skip in searched.sink.skips} == {f"{liar.url}/{name}/" for name in names[:5]}
    assert {skip.reason for skip in searched.sink.skips} == {SkipReason.SERVER_ERROR}


class _Throttle:
    """Lies, or asks to slow down, above so many requests in a second, until it was left alone for a while."""

    def __init__(self, says: Callable[[Any], Any], limit: int, lie: Any, pause: float = 0.3) -> None:
        self._says = says
        self._limit = limit
        self._lie = lie
        self._pause = pause
        self._lock = threading.Lock()
        self._times: list[float] = []
        self._lying = False
        self.lies = 0

    def __call__(self, asked: Any) -> Any:
        now = time.monotonic()
        with self._lock:
            if not self._times or now - self._times[-1] > self._pause:
                self._lying = False
            self._times = [moment for moment in self._times if now - moment < 1] + [now]
            self._lying |= len(self._times) > self._limit
            self.lies += self._lying
            return self._lie if self._lying else self._says(asked)


@pytest.mark.parametrize(
    "code",
    ["NoSuchBucket", *(pytest.param(code, marks=pytest.mark.slow) for code in ("SlowDown", "TooManyRequests"))],
)
def test_under_a_throttle_nothing_that_exists_is_hidden(
    searching: Any, make_scope: Any, liar: Any, error: Any, code: str
) -> None:
    names = names_of(make_scope, 80)
    existing = {name: error(403, "AccessDenied") for name in names[::10]}
    lie = {
        "NoSuchBucket": error(404, code), "SlowDown": error(503, code),
        "TooManyRequests": error(429, code, Retry_After="1"),
    }[code]  # fmt: skip
    throttle = _Throttle(buckets(error, existing), 60, lie)
    liar.says = throttle
    searched = searching(liar.url, count=80, rate=(90, 600))
    assert throttle.lies
    assert {access.name for access in searched.sink.buckets} == existing.keys()
    assert (searched.last.existing, searched.last.absent, searched.last.unknown) == (8, 72, 0)
    assert searched.last.lies + searched.last.throttled


def test_without_a_canary_it_is_told_that_no_no_counts(searching: Any, make_scope: Any, liar: Any, error: Any) -> None:
    names = names_of(make_scope, 60)
    liar.says = buckets(error, {names[0]: error(403, "AccessDenied")})
    searched = searching(liar.url, canaries=())
    assert (searched.last.existing, searched.last.absent, searched.last.unknown) == (1, 0, 59)
    assert SkipReason.THROTTLED in {skip.reason for skip in searched.sink.skips if skip.url == f"{liar.url}/"}
    assert len(searched.sink.skips) == 60


def test_nobody_there_is_unknown(searching: Any, make_scope: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    searched = searching(url)
    assert (searched.last.candidates, searched.last.unknown) == (60, 60)
    [skip] = [skip for skip in searched.sink.skips if skip.reason is SkipReason.HOST_DOWN]
    assert skip.url == f"{url}/"
    assert "60 more names" in skip.detail


def test_a_spent_budget_leaves_what_counts_and_tells_the_rest_by_number(
    searching: Any, make_scope: Any, liar: Any, error: Any
) -> None:
    liar.says = buckets(error, {})
    searched = searching(liar.url, count=1500, budget=Budget(Limits(requests=3000)))
    assert searched.errand.budget.requests <= 3000
    assert 300 < searched.last.absent < 1500
    assert searched.last.unknown == 1500 - searched.last.absent
    assert {skip.reason for skip in searched.sink.skips if skip.url == f"{liar.url}/"} == {SkipReason.BUDGET_SPENT}


def test_an_expired_authority_asks_nothing(searching: Any, make_scope: Any, liar: Any) -> None:
    searched = searching(liar.url, expires=date(2020, 1, 1))
    assert liar.asked == []
    assert [skip.reason for skip in searched.sink.skips] == [SkipReason.AUTHORITY_EXPIRED]


def test_harvested_names_go_first_and_stay_in_their_place_over_a_kill(
    searching: Any, make_scope: Any, liar: Any, error: Any, tmp_path: Path
) -> None:
    def lead(name: str, provider: str = "s3") -> BucketLead:
        return BucketLead(url="", provider=provider, name=name)

    leads = tmp_path / "leads.jsonl"
    write_leads(leads, [lead("met-one"), lead("met-elsewhere", "gcs"), lead("met-two"), lead("met-one")])
    liar.says = buckets(error, {"met-two": error(403, "AccessDenied")})
    store = PassingStore()
    first = searching(liar.url, leads=leads, store=store)
    assert [access.name for access in first.sink.buckets] == ["met-two"]
    assert first.sink.buckets[0].found_by is FoundBy.HARVEST
    assert first.last.candidates == 62
    names = [asked.path.strip("/") for asked in liar.asked]
    # Many are under way at once, so their order at the service is not quite ours.
    assert max(names.index("met-one"), names.index("met-two")) < names.index(names_of(make_scope, 60)[20])
    assert "met-elsewhere" not in names
    write_leads(leads, [lead("met-later")])
    liar.asked.clear()
    again = searching(liar.url, leads=leads, store=store)
    assert (again.last.candidates, again.last.existing, again.last.absent) == (62, 1, 61)
    asked = {asked.path.strip("/") for asked in liar.asked}
    assert not asked & {"met-one", "met-two", "met-later", *names_of(make_scope, 60)}  # all was settled
    assert again.last.requests > first.last.requests  # canaries
    # Another version of the program made other names of the same words.
    store.commit(lambda to: to.execute("UPDATE names_fixed SET fact = '\"x\"' WHERE name = 'names'").close())
    liar.asked.clear()
    anew = searching(liar.url, leads=leads, store=store)
    assert (anew.last.candidates, anew.last.existing, anew.last.absent) == (61, 0, 61)
    assert {asked.path.strip("/") for asked in liar.asked} > {"met-later", *names_of(make_scope, 60)}
    store.close()


def test_a_stop_ends_it_at_once(searching: Any, make_scope: Any, liar: Any, error: Any) -> None:
    stop = threading.Event()
    says = buckets(error, {})

    def stopping(asked: Any) -> Any:
        if len(liar.asked) > 300:
            stop.set()
        return says(asked)

    liar.says = stopping
    searched = searching(liar.url, count=5000, stop=stop)
    assert searched.last.unknown > 4000
    assert {skip.reason for skip in searched.sink.skips if skip.url == f"{liar.url}/"} == {SkipReason.INTERRUPTED}
    assert len(liar.asked) < 1000


LIES = [
    Telling(Lie.NOT_FOUND_ABOVE, above=60, pause=0.4),
    Telling(Lie.SLOW_DOWN_ABOVE, above=60, pause=0.4),
    Telling(Lie.TOO_MANY_SECONDS_ABOVE, above=60, pause=0.4),
    Telling(Lie.ERROR_ABOVE, above=60, pause=0.4),
    Telling(Lie.RESET_ABOVE, above=60, pause=0.4),
    Telling(Lie.NOT_FOUND_MIDSTREAM, after=60, pause=0.8),
    Telling(Lie.NOT_FOUND_FIRST, after=8),
]


@pytest.mark.slow
@pytest.mark.parametrize("telling", LIES, ids=[telling.lie.value for telling in LIES])
@pytest.mark.parametrize("service", [Service.S3, Service.GCS])
def test_under_the_liar_no_bucket_is_reported_absent(
    searching: Any, make_scope: Any, service: Service, telling: Telling
) -> None:
    scope = scope_of(make_scope, "http://127.0.0.1", 120, provider=service.value)
    assert scope.names is not None
    names = [made.name for made in candidates(scope.names, service.value)]
    existing = names[::9]
    with BucketLiar([CloudBucket(name) for name in [CANARY, *existing]]) as running:
        running.tell(telling)
        options = {"count": 120, "rate": (120, 400), "provider": service.value}
        searched = searching(running.url(service), **options)
        assert running.lies
        assert searched.last.candidates == 120
        assert searched.last.absent <= 120 - len(existing)
        found = {access.name for access in searched.sink.buckets}
        assert found <= set(existing)
        told = {skip.url.rstrip("/").rpartition("/")[2] for skip in searched.sink.skips}
        assert set(existing) - found <= told  # what was not found is unknown, by name
        running.tell()
        again = searching(running.url(service), **options)
        assert {access.name for access in again.sink.buckets} == set(existing)
        assert (again.last.existing, again.last.absent) == (len(existing), 120 - len(existing))
