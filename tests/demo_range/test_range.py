"""The whole range, up and running."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3

from demo_range.answer_key import Area, Place
from demo_range.range import DemoRange
from scope.loader import load_scope
from scope.model import BucketTarget, FtpTarget, Scope, SiteTarget


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRange]:
    with DemoRange(tmp_path_factory.mktemp("range")) as running:
        yield running


@pytest.fixture
def scope(ground: DemoRange, tmp_path: Path) -> Scope:
    file = tmp_path / "scope.toml"
    file.write_text(ground.scope_toml, encoding="utf-8")
    return load_scope(file)


def test_the_scope_file_is_valid_and_names_every_target(ground: DemoRange, scope: Scope) -> None:
    assert scope.authority is not None
    assert scope.authority.expires > datetime.now(UTC).date()
    assert [type(target) for target in scope.targets] == [SiteTarget] * 2 + [BucketTarget] * 5 + [FtpTarget]


def test_every_reachable_place_can_be_read(ground: DemoRange, http: urllib3.PoolManager) -> None:
    for place in ground.answer_key.places:
        if place.reachable and place.area is not Area.FTP:
            answer = http.request("GET", ground.url(place))
            assert answer.status == 200, place.path
            below = ground.folder / "buckets" if place.area is Area.BUCKET else ground.folder
            assert answer.data == (below / place.root / place.path).read_bytes()


def test_every_place_of_the_ftp_server_can_be_read(ground: DemoRange) -> None:
    for place in ground.answer_key.places:
        if place.area is Area.FTP:
            with urllib.request.urlopen(ground.url(place), timeout=10) as answer:
                assert answer.read() == (ground.folder / place.root / place.path).read_bytes()


def test_what_is_not_reachable_is_refused_or_in_no_listing(
    ground: DemoRange, scope: Scope, http: urllib3.PoolManager
) -> None:
    known = {(target.name, key) for target in scope.bucket for key in target.known_keys}
    for place in ground.answer_key.places:
        if not place.reachable:
            hidden = http.request("GET", ground.url(place)).status == 403
            listing = http.request("GET", ground.url(place).partition(place.root)[0] + place.root)
            assert hidden or (listing.status in (403, 404) and (place.root, place.path) not in known)


def test_known_keys_are_places_of_the_readable_buckets(ground: DemoRange, scope: Scope) -> None:
    keys = {target.name: set(target.known_keys) for target in scope.bucket if target.known_keys}
    assert keys == {
        name: {place.path for place in ground.answer_key.places if place.root == name and place.reachable}
        for name in ("ashcombe-sharing", "clinic-letters")
    }


def test_the_buckets_lie_at_three_services(scope: Scope) -> None:
    assert [target.provider for target in scope.bucket] == ["s3", "s3", "s3", "gcs", "azure"]


def test_a_url_leads_back_to_its_place(ground: DemoRange) -> None:
    for place in ground.answer_key.places:
        assert ground.place_at(ground.url(place)) is place
    home = ground.place_at(ground.url(ground.answer_key.places[0]).partition("/patients")[0] + "/")
    assert home is not None
    assert home.path == "index.html"
    assert ground.place_at("http://127.0.0.1:1/index.html") is None


def test_every_page_of_the_site_is_linked_from_its_start(ground: DemoRange, http: urllib3.PoolManager) -> None:
    pages = {place.path: http.request("GET", ground.url(place)).data.decode("latin-1") for place in on_site(ground)}
    text = "\n".join(pages.values())
    for path in pages:
        assert path == "index.html" or f'{path.rpartition("/")[2]}"' in text


def on_site(ground: DemoRange) -> list[Place]:
    return [place for place in ground.answer_key.places if place.area is Area.SITE]


def test_a_range_stops_without_leaving_a_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with DemoRange(tmp_path, seed=2) as running:
        first = running.answer_key
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before
    assert (tmp_path / "letters" / "letters.csv").is_file()
    assert first.planted


def test_a_range_that_was_not_entered_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not been entered"):
        _ = DemoRange(tmp_path).answer_key
