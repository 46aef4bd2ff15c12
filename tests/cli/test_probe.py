from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from demo_range.s3_server import S3Server
from tests.cli.conftest import run_stray

KEY = "letters/2026/Smith_Jane.pdf"
Probe = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with S3Server() as server:
        server.add_bucket("open-letters", "public-read")
        server.put_object("open-letters", "a.txt", b"text", "public-read")
        server.add_bucket("shut-letters")
        server.add_bucket("unlisted-letters")
        server.put_object("unlisted-letters", KEY, b"text", "public-read")
        yield server.url


@pytest.fixture
def probe(endpoint: str, tmp_path: Path) -> Probe:
    names = ["open-letters", "shut-letters", "unlisted-letters", "no-letters"]
    targets = "".join(
        f'[[bucket]]\nname = "{name}"\nendpoint = "{endpoint}"\ntier = "own"\nauthority = "IG-1"\n' for name in names
    )
    closed = '[[bucket]]\nname = "far-letters"\nendpoint = "http://127.0.0.1:1"\ntier = "own"\nauthority = "IG-1"\n'

    def run(*arguments: str, expires: str = "9999-12-31", more: str = closed) -> CompletedProcess[str]:
        (tmp_path / "scope.toml").write_text(
            'organisation = "O"\ncontact = "c@example.org"\n'
            f'[authority]\nwho = "w"\nreference = "IG-1"\nexpires = {expires}\n'
            '[pack]\npath = "p"\nkey = "k"\n[network]\nprivate_addresses = ["127.0.0.1"]\n'
            f"[limits]\nrequests_per_second = 1000\ntimeout_seconds = 5\n{targets}{more}"
        )
        return run_stray("probe", *arguments, cwd=tmp_path)

    return run


def test_buckets_are_told_apart_as_json(probe: Probe, endpoint: str) -> None:
    told = probe("s3://open-letters", f"{endpoint}/shut-letters/", "s3://unlisted-letters", "--format", "json")
    assert told.returncode == 0, told.stderr
    open_, shut, unlisted = map(json.loads, told.stdout.splitlines())
    assert (open_["exists"], open_["listable"], open_["readable"]) == ("yes", "yes", "yes")
    assert (shut["exists"], shut["listable"], shut["readable"]) == ("yes", "no", "unknown")
    assert (unlisted["exists"], unlisted["listable"], unlisted["known_key_readable"]) == ("yes", "no", "unknown")
    assert open_["attribution"] == {"score": 95, "reasons": ["in_scope"]}
    listing = next(item for item in shut["evidence"] if item["question"] == "list")
    assert (listing["status"], listing["code"]) == (403, "AccessDenied")
    assert listing["at"].endswith("+00:00")


def test_a_known_key_shows_what_no_listing_does(probe: Probe, endpoint: str) -> None:
    by_option = probe("s3://unlisted-letters", "--known-key", KEY, "--format", "json")
    by_address = probe(f"{endpoint}/unlisted-letters/{KEY}", "--format", "json")
    for told in (by_option, by_address):
        access = json.loads(told.stdout)
        assert (access["listable"], access["known_key_readable"], access["readable"]) == ("no", "yes", "yes")
        assert "Smith" not in told.stdout + told.stderr


def test_a_key_with_braces_is_that_key(probe: Probe) -> None:
    told = probe("s3://unlisted-letters", "--known-key", "{3F25}.pdf", "--format", "json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["known_key_readable"] == "unknown"


def test_a_table_is_for_people(probe: Probe) -> None:
    told = probe("s3://shut-letters")
    assert told.returncode == 0, told.stderr
    rows = {" ".join(line.split()[:-1]) if len(line.split()) < 4 else line for line in told.stdout.splitlines()}
    assert any(row.startswith("shut-letters: s3 at http://127.0.0.1") for row in rows)
    assert "anyone may list it" in told.stdout
    assert "403 AccessDenied" in told.stdout


@pytest.mark.slow
def test_a_bucket_that_is_not_there_is_asked_for_more_than_once(probe: Probe) -> None:
    """The other buckets of the scope vouch for the service."""
    told = probe("s3://no-letters", "--format", "json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["exists"] == "no"


def test_a_service_that_is_down_leaves_it_unknown(probe: Probe) -> None:
    told = probe("s3://far-letters", "--format", "json")
    assert told.returncode == 20
    access = json.loads(told.stdout)
    assert (access["exists"], access["listable"]) == ("unknown", "unknown")
    assert "not known" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("s3://someone-elses", "is not in the scope"),
        ("gs://open-letters", "is not in the scope"),
        ("letters", "not a bucket's address"),
        ("https://www.example.org/a", "not a bucket's address"),
        ("s3://Bad_Name!/", "not a bucket's address"),
        ("ftp://open-letters", "not a bucket's address"),
    ],
)
def test_what_is_no_bucket_of_the_scope_is_told_plainly(probe: Probe, address: str, says: str) -> None:
    told = probe(address)
    assert told.returncode == 2
    assert says in told.stderr
    assert told.stdout == ""


def test_without_authority_nothing_is_asked(probe: Probe) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        target = f'[[bucket]]\nname = "here"\nendpoint = "http://127.0.0.1:{port}"\ntier = "own"\nauthority = "IG-1"\n'
        told = probe("s3://here", expires="2020-01-01", more=target)
        assert told.returncode == 30
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_signature_in_the_address_is_not_sent_on(probe: Probe, endpoint: str, tmp_path: Path) -> None:
    told = probe(f"{endpoint}/open-letters/a.txt?X-Amz-Signature=abc123&X-Amz-Credential=AKIA123", "--format", "json")
    assert json.loads(told.stdout)["exists"] == "yes"
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"abc123" not in written
    assert "abc123" not in told.stdout + told.stderr
