"""A sweep over buckets of three services, from the scope to the rows that say how open each is; `stray buckets`."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from demo_range.bucket_liar import ACCOUNT, BucketLiar
from demo_range.cloud_buckets import CloudBucket, Right
from demo_range.lies import Service
from demo_range.range import DemoRange
from tests.cli.conftest import run_stray

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]

# A key that a listing would show, and could be a patient's.
KEY = "2026/Planted-Jane.txt"
PROVIDERS = {Service.S3: "s3", Service.GCS: "gcs", Service.AZURE: "azure"}
OPEN, HIDDEN, SHUT, MISSING = "letters-open", "letters-hidden", "letters-shut", "letters-missing"
# What is swept, and the states that are right. Azure says the same of a private container and of a missing one.
SWEPT = {
    (Service.S3, OPEN): {"listable"},
    (Service.S3, HIDDEN): {"readable"},
    (Service.S3, SHUT): {"not_listable", "closed"},
    (Service.S3, MISSING): {"absent"},
    (Service.GCS, HIDDEN): {"readable"},
    (Service.AZURE, OPEN): {"listable"},
    (Service.AZURE, SHUT): {"unknown", "closed"},
}
pytestmark = pytest.mark.timeout(300)  # each unit is a process, and the ground is built for the first test


@dataclass(frozen=True)
class Clouds:
    """Three services with the same buckets, and what one sweep made of them."""

    folder: Path
    told: subprocess.CompletedProcess[str]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "findings.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


def buckets(letter: bytes) -> list[CloudBucket]:
    opened = CloudBucket(OPEN, frozenset([Right.LIST, Right.READ]))
    hidden = CloudBucket(HIDDEN, frozenset([Right.READ]))
    for bucket in (opened, hidden):
        bucket.put(KEY, letter, media_type="text/plain")
    return [opened, hidden, CloudBucket(SHUT)]


def scope_of(ground: DemoRange, liar: BucketLiar) -> str:
    scope = f"""
organisation = "Example Hospital"
contact = "security@example.org"
[authority]
who = "Caldicott Guardian"
reference = "IG-2026-014"
expires = 2099-01-01
[pack]
path = "{ground.folder}/pack"
key = "{ground.folder}/pack.key"
[limits]
requests_per_second = 500
[network]
private_addresses = ["127.0.0.1"]
"""
    for service, name in SWEPT:
        account = f'account = "{ACCOUNT}"' if service is Service.AZURE else ""
        scope += f"""
[[bucket]]
provider = "{PROVIDERS[service]}"
name = "{name}"
{account}
endpoint = "{liar.url(service)}"
tier = "own"
authority = "IG-2026-014"
known_keys = ["{KEY}", "none.txt"]
"""
    return scope


@pytest.fixture(scope="module")
def clouds(ground: DemoRange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    folder = tmp_path_factory.mktemp("clouds")
    letter = sorted(ground.letters_folder.rglob("*.txt"))[0].read_bytes()
    with BucketLiar(buckets(letter)) as liar:
        (folder / "scope.toml").write_text(scope_of(ground, liar))
        yield Clouds(folder, run_stray("sweep", "--workers", "3", "--format", "json", cwd=folder, timeout=280))


def test_each_bucket_has_a_row_that_says_how_open_it_is(clouds: Clouds) -> None:
    # That a bucket is not there is an answer: the sweep is complete.
    assert clouds.told.returncode == 10, clouds.told.stderr
    rows = clouds.ask("SELECT provider, name, state, found_by FROM bucket_states")
    states = {(provider, name): state for provider, name, state, _ in rows}
    assert set(states) == {(PROVIDERS[service], name) for service, name in SWEPT}
    for (service, name), right in SWEPT.items():
        assert states[PROVIDERS[service], name] in right, (service, name)
    assert {found_by for *_, found_by in rows} == {"scope"}
    assert [count for (count,) in clouds.ask("SELECT len(evidence) FROM buckets") if not count] == []


def test_the_letter_is_found_and_it_is_told_how_it_lies_open(clouds: Clouds) -> None:
    rows = clouds.ask(
        "SELECT listed, folder_listed, auth_above, indexable, count(*) FROM exposure JOIN findings USING (finding_id) "
        "WHERE verdict = 'known_letter' GROUP BY ALL ORDER BY ALL"
    )
    assert rows == [("no", "no", "no", "unknown", 2), ("yes", "yes", "no", "unknown", 2)]
    held = clouds.ask("SELECT name, sum(letters) FROM bucket_states GROUP BY name ORDER BY name")
    assert held == [(HIDDEN, 2), (MISSING, 0), (OPEN, 2), (SHUT, 0)]


def test_the_summary_and_the_list_tell_of_them(clouds: Clouds) -> None:
    summary = json.loads(clouds.told.stdout)
    assert (summary["buckets"]["listable"], summary["buckets"]["readable"]) == (2, 2)
    assert "2 listable, 2 readable and not listable" in clouds.told.stderr
    listed = run_stray("buckets", "list", "--format", "json", cwd=clouds.folder)
    states = [row["state"] for row in map(json.loads, listed.stdout.splitlines())]
    assert states[:4] == ["listable", "listable", "readable", "readable"]
    table = run_stray("buckets", "list", cwd=clouds.folder).stdout
    assert OPEN in table
    assert "Planted" not in table + listed.stdout + clouds.told.stdout + clouds.told.stderr


class Site(BaseHTTPRequestHandler):
    """One page, that names buckets."""

    page = b""

    def do_GET(self) -> None:
        found = self.path == "/"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page if found else b"")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site_of(page: str) -> Iterator[str]:
    handler = type("Page", (Site,), {"page": page.encode()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def searched(ground: DemoRange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    """A sweep that learns of an object and of a bucket from a page, and searches for names."""
    folder = tmp_path_factory.mktemp("searched")
    letter = sorted(ground.letters_folder.rglob("*.txt"))[0].read_bytes()
    _, hidden, _ = buckets(letter)
    strangers = [CloudBucket("met-in-a-page", frozenset([Right.LIST])), CloudBucket("examplehospital")]
    with BucketLiar([hidden, *strangers]) as liar:
        service = liar.url(Service.S3)
        signed = "X-Amz-Signature=Planted&X-Amz-Credential=Planted"
        page = f'<a href="{service}/{HIDDEN}/{KEY}?{signed}">1</a> <img src="{service}/met-in-a-page/logo.png">'
        with site_of(page) as url:
            scope = scope_of(ground, liar).partition("[[bucket]]")[0]
            scope += f"""
[[site]]
url = "{url}"
tier = "own"
authority = "IG-2026-014"
[[bucket]]
name = "{HIDDEN}"
endpoint = "{service}"
tier = "own"
authority = "IG-2026-014"
[names]
name_search = true
authority = "IG-2026-015"
keywords = ["examplehospital"]
providers = ["s3"]
candidates = 40
requests_per_second = 200
fastest = 500
harvest = true
[names.endpoints]
s3 = "{service}"
"""
            (folder / "scope.toml").write_text(scope)
            yield Clouds(folder, run_stray("sweep", "--workers", "3", "--format", "json", cwd=folder, timeout=280))


def test_an_object_that_a_page_names_is_read_in_the_same_sweep(searched: Clouds) -> None:
    rows = searched.ask("SELECT name, state, found_by, letters, reasons FROM bucket_states ORDER BY name")
    assert [row[:4] for row in rows] == [
        ("examplehospital", "not_listable", "search", 0),
        (HIDDEN, "readable", "scope", 1),
        ("met-in-a-page", "listable", "harvest", 0),
    ], searched.told.stderr
    reasons = {name: reasons for name, *_, reasons in rows}
    assert reasons[HIDDEN][0] == "known_letters"
    assert "in_scope" in reasons[HIDDEN]
    assert reasons["met-in-a-page"] == ["linked_from_own_site"]
    assert "name_has_keyword" in reasons["examplehospital"]


def test_names_are_counted_and_nothing_of_strangers_is_read(searched: Clouds) -> None:
    summary = json.loads(searched.told.stdout)
    (names,) = summary["names"]
    assert (names["candidates"], names["existing"], names["unknown"]) == (42, 3, 0), searched.told.stderr
    said = "42 names at Amazon S3: 3 exist, 39 absent, 0 unknown; 100 % with an answer that counts"
    assert said in searched.told.stderr
    assert searched.told.returncode == 10
    assert searched.ask("SELECT count(*) FROM documents WHERE url LIKE '%met-in-a-page%'") == [(0,)]
    assert searched.ask("SELECT kind, count(*) FROM units GROUP BY kind ORDER BY kind") == [
        ("bucket", 1), ("names", 1), ("site", 1),
    ]  # fmt: skip


def test_what_a_page_leaked_is_told_and_its_signature_is_nowhere(searched: Clouds) -> None:
    met = run_stray("buckets", "met", "--format", "json", cwd=searched.folder)
    rows = {row["name"]: row for row in map(json.loads, met.stdout.splitlines())}
    assert rows[HIDDEN]["with_credential"] == 1
    assert rows["met-in-a-page"]["state"] == "listable"
    assert "Planted" not in met.stdout + searched.told.stdout + searched.told.stderr
    signed = [path for path in searched.folder.rglob("*") if path.is_file() and b"X-Amz-Sig" in path.read_bytes()]
    assert signed == []


@pytest.fixture
def after(swept: Swept, workspace: Workspace) -> Workspace:
    shutil.copy(swept[0].database, workspace.database)
    return workspace


def test_a_swept_bucket_stands_in_the_list_with_its_letters(after: Workspace) -> None:
    told = after.stray("buckets", "list", "--format", "json")
    assert told.returncode == 0, told.stderr
    rows = {row["name"]: row for row in map(json.loads, told.stdout.splitlines())}
    assert rows
    for row in rows.values():
        assert row["exists"] == "yes"
        assert row["state"] in {"listable", "readable", "not_listable"}
        assert row["found_by"] == "scope"
        assert (row["letters"] > 0) == ("known_letters" in row["reasons"])
    assert any(row["letters"] for row in rows.values())
    table = after.stray("buckets", "list").stdout
    assert all(name in table for name in rows)
    assert "letters found in it" in " ".join(table.split())


def test_met_buckets_are_listed_or_said_to_be_none(after: Workspace) -> None:
    told = after.stray("buckets", "met")
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip()


@pytest.mark.parametrize("command", ["list", "met"])
def test_without_a_database_it_says_so(workspace: Workspace, command: str) -> None:
    told = workspace.stray("buckets", command)
    assert told.returncode == 2
    assert "no such database" in told.stderr
