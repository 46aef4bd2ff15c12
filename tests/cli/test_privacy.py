"""Letters are planted, everything runs, and nothing that was written or said holds their text or a name in them."""

from __future__ import annotations

import gzip
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from demo_range.letters import Letter

if TYPE_CHECKING:
    from tests.cli.conftest import Workspace

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]

# Words of a letter that must not stand together anywhere outside of it.
RUN_OF_WORDS = 6
# Identifiers shorter than this (a two-digit age, initials) stand in hashes by chance.
SHORTEST_IDENTIFIER = 6
REPORT_FORMS = ("html", "jsonl", "csv", "sarif", "ocsf")
SHORTEST_NAME = 8

# Columns that keep addresses in clear on purpose.
ADDRESSES = {"url", "requested_url", "found_as", "reached_by", "parent", "name", "start_url", "member"}
# Words of the pack's manifest that letters have too; "hospital_number" is a kind of identifier there.
MANIFEST_WORDS = {"letters", "shingle", "version", "changed", "history", "hospital"}


def folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def secrets_of(letters: tuple[Letter, ...]) -> tuple[set[str], set[str]]:
    """Identifiers, and every run of words, of the known letters; folded."""
    identifiers = {folded(identifier) for known in letters for identifier in known.identifiers}
    runs = set()
    for known in letters:
        words = folded(known.text).split()
        runs |= {" ".join(words[at : at + RUN_OF_WORDS]) for at in range(len(words) - RUN_OF_WORDS + 1)}
    return {text for text in identifiers if len(text) >= SHORTEST_IDENTIFIER}, runs


def tables(database: Path) -> Iterator[tuple[str, str]]:
    """Every table and its rows as text, but for the columns that keep addresses in clear on purpose."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (name,) in names:
            columns = [
                str(column[0])
                for column in connection.execute(f"SELECT column_name FROM (DESCRIBE {name})").fetchall()
                if str(column[0]) not in ADDRESSES
            ]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall() if columns else []
            yield str(name), "\n".join(" ".join(map(str, row)) for row in rows)


def leaks(text: str, secrets: tuple[set[str], set[str]]) -> list[str]:
    plain = folded(text)
    words = plain.split()
    runs = {" ".join(words[at : at + RUN_OF_WORDS]) for at in range(len(words) - RUN_OF_WORDS + 1)}
    return sorted(runs & secrets[1]) + sorted(
        name for name in secrets[0] if re.search(rf"\b{re.escape(name)}\b", plain)
    )


@pytest.fixture(scope="module")
def secrets(swept: Swept) -> tuple[set[str], set[str]]:
    return secrets_of(swept[0].ground.letters)


def test_the_search_itself_finds_what_it_looks_for(swept: Swept, secrets: tuple[set[str], set[str]]) -> None:
    known = swept[0].ground.letters[0]
    assert leaks(f"xx {known.text[400:500]} xx", secrets)
    assert leaks(f"xx {max(known.identifiers, key=len)} xx", secrets)
    assert leaks("a sweep of 2 units, 14 documents", secrets) == []


def assert_says_nothing(everything: str, workspace: Workspace, secrets: tuple[set[str], set[str]]) -> None:
    assert leaks(everything, secrets) == []
    for place in workspace.ground.answer_key.places:
        name = Path(place.path).name
        if len(name) >= SHORTEST_NAME:  # "a.pdf" is the end of some masked names by chance
            assert name not in everything, "a file name is shown masked"


def test_nothing_said_holds_text_names_or_paths(swept: Swept, secrets: tuple[set[str], set[str]]) -> None:
    workspace, sweep = swept
    database = str(workspace.database)
    said = [sweep.stdout, sweep.stderr]
    ids = None
    for arguments in (
        ("findings", "list", "--db", database),
        ("findings", "list", "--db", database, "--format", "json"),
        ("findings", "letters", "--db", database),
        ("findings", "reach", "--db", database),
        ("findings", "look", "--db", database),
        *(("report", "--db", database, "--all", "--format", form) for form in REPORT_FORMS),
        ("scope", "show"),
        ("doctor", "scope.toml"),
    ):
        told = workspace.stray(*arguments)
        assert told.returncode == 0, told.stderr
        said += [told.stdout, told.stderr]
        ids = ids or re.search(r"\b[0-9a-f]{6,32}\b", told.stdout)
    assert ids
    said.append(workspace.stray("findings", "show", ids.group(), "--db", database).stdout)
    assert_says_nothing("\n".join(said), workspace, secrets)


def test_answers_to_questions_hold_no_text_names_or_paths(swept: Swept, secrets: tuple[set[str], set[str]]) -> None:
    workspace = swept[0]
    database = str(workspace.database)
    said = []
    for arguments in (
        ("incidents", "--all"),
        ("about", min(workspace.ground.answer_key.exposed_letter_ids)),
        ("query", "SELECT *, upper(url) AS x FROM findings"),
        ("query", "FROM documents", "--format", "json"),
    ):
        told = workspace.stray("findings", *arguments, "--db", database)
        assert told.returncode == 0, told.stderr
        said += [told.stdout, told.stderr]
    assert_says_nothing("\n".join(said), workspace, secrets)


def test_no_column_but_the_addresses_holds_text_or_names(swept: Swept, secrets: tuple[set[str], set[str]]) -> None:
    for name, text in tables(swept[0].database):
        assert leaks(text, secrets) == [], name


def test_no_file_holds_text_of_a_letter(swept: Swept, secrets: tuple[set[str], set[str]]) -> None:
    """Database, spool, pack, keys, conduct logs, byte for byte, and what Parquet compresses."""
    workspace, _ = swept
    folders = [workspace.folder, workspace.ground.folder / "pack"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [workspace.ground.folder / "pack.key"]
    assert len(files) > 5
    words = {word for run in secrets[1] for word in run.split() if len(word) >= 7}
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = str(pq.read_table(path).to_pylist()).encode()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        text = content.decode("latin-1")
        # Addresses stand in the database in clear; running text does not.
        runs = re.findall(r"[A-Za-z][a-z]+(?: [a-z]+){5,}", text)
        assert [run for run in runs if leaks(run, (set(), secrets[1]))] == [], path.name
        if workspace.ground.folder / "pack" in path.parents:
            assert not [word for word in words if word in text.lower() and word not in MANIFEST_WORDS], path


def test_a_killed_sweeps_spool_holds_no_text(workspace: Workspace, secrets: tuple[set[str], set[str]]) -> None:
    workspace.only_open_directory()
    workspace.edit({r"requests_per_second = \d+": "requests_per_second = 8"})
    with workspace.started("sweep") as process:
        while len(workspace.conduct()) < 12:
            assert process.poll() is None
            time.sleep(0.05)
    spooled = list((workspace.folder / "findings.duckdb.spool").rglob("*.parquet"))
    assert spooled
    for path in spooled:
        assert leaks(str(pq.read_table(path).to_pylist()), (set(), secrets[1])) == [], path.name
        assert path.stat().st_mode & 0o077 == 0


def test_the_author_and_the_times_of_a_dictation_stand_nowhere_in_clear(swept: Swept) -> None:
    workspace, sweep = swept
    recording = next((workspace.ground.folder / "ftp").rglob("*.dss")).read_bytes()
    author, started = recording[0x0C:0x1C].rstrip(b"\0"), recording[0x26:0x32]
    assert author.isalnum()
    assert started.isdigit()
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        kept = connection.execute("SELECT dictation FROM worth_a_look WHERE dictation IS NOT NULL").fetchall()
    assert {row["author"] for (row,) in kept} != {None}
    assert len({row["author"] for (row,) in kept}) == 1, "one author has one hash"
    assert all(row["seconds"] > 0 for (row,) in kept)
    written = [path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file()]
    written += [sweep.stdout.encode(), sweep.stderr.encode(), repr(kept).encode()]
    assert not any(author in content or started in content for content in written)


SIGNATURE = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
SIGNED = [
    f"https://eht-letters.s3.eu-west-2.amazonaws.com/a.pdf?X-Amz-Credential=AKIAPLANTED&X-Amz-Signature={SIGNATURE}",
    f"https://ehtscans.blob.core.windows.net/letters/b.pdf?sv=2022-11-02&sr=b&sp=r&sig={SIGNATURE}%3D",
    f"https://storage.googleapis.com/eht-letters/c.pdf?GoogleAccessId=x@y&Expires=1900000000&Signature={SIGNATURE}",
    f"https://user:{SIGNATURE}@eht-docs.s3.amazonaws.com/d.pdf",
]


class SignedPage(BaseHTTPRequestHandler):
    """A page that holds signed addresses in all ways, and one that sends on to such an address."""

    def do_GET(self) -> None:
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200 if self.path == "/" else 404)
        if moved:
            self.send_header("Location", SIGNED[0])
        links = "".join(f'<a href="{url.replace("&", "&amp;")}">x</a>' for url in SIGNED)
        script = "".join(f"u('{url.replace('/', chr(92) + '/')}');" for url in SIGNED)
        body = f'<html>{links}<a href="/moved">m</a><script>{script}</script>'.encode() if self.path == "/" else b""
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def test_signatures_of_addresses_that_are_met_stand_nowhere(workspace: Workspace) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), SignedPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f'url = "http://127.0.0.1:{server.server_port}/"\ntier = "own"\nauthority = "IG-1"\nrobots = "record"'
    text = workspace.scope.read_text()
    scope = f"{text[: text.index('[[')]}\n[[site]]\n{site}\n[names]\nharvest = true\n"
    workspace.scope.write_text(scope)
    sweep = workspace.stray("sweep")
    server.shutdown()
    server.server_close()
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        met = connection.execute("SELECT provider, name, account, key, had_credential FROM bucket_leads").fetchall()
        rows = [str(connection.execute(f"FROM {name}").fetchall()) for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()]  # fmt: skip
    assert {(provider, account or name, key) for provider, name, account, key, _ in met} == {
        ("s3", "eht-letters", "a.pdf"),
        ("azure", "ehtscans", "b.pdf"),
        ("gcs", "eht-letters", "c.pdf"),
        ("s3", "eht-docs", "d.pdf"),
    }
    assert all(had_credential for *_, had_credential in met)
    said = [sweep.stdout, sweep.stderr, *rows]
    said += [path.read_bytes().decode("latin-1") for path in workspace.folder.rglob("*") if path.is_file()]
    assert not [text for text in said if SIGNATURE in text or "AKIAPLANTED" in text]
