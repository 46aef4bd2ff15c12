"""Units from end to end: on the server of the distribution, and killed again and again."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo_range.ftp_server import FtpServer
from demo_range.tls_faults import TlsFault, faulty_certificate
from documents.exposure import TlsState, Transport
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.records import SweepEnd, SweepRecord, UnitRecord, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.units import units_of

VSFTPD = shutil.which("vsftpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
wants_vsftpd = pytest.mark.skipif(VSFTPD is None, reason="wants vsftpd")
# Seconds until a server that has not begun to listen is taken for broken.
LONGEST_START = 20

CONFIGURATION = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
anonymous_enable=YES
local_enable=NO
write_enable=NO
run_as_launching_user=YES
secure_chroot_dir={empty}
anon_root={root}
seccomp_sandbox=NO
background=NO
xferlog_enable=NO
ftpd_banner=Bureau
"""
OVER_TLS = """
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
rsa_cert_file={pem}
rsa_private_key_file={pem}
require_ssl_reuse=YES
ssl_ciphers=HIGH
"""


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path, configuration: str) -> Iterator[str]:
    """A server on loopback; its URL, with a last slash."""
    assert VSFTPD is not None
    port = free_port()
    (folder / "empty").mkdir()
    file = folder / "vsftpd.conf"
    file.write_text(configuration.format(port=port, empty=folder / "empty", root=folder / "root", pem=folder / "pem"))
    process = subprocess.Popen([VSFTPD, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + LONGEST_START
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "vsftpd did not start"
                assert time.monotonic() < until
        yield f"ftp://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def bureau(tree: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts a server over the tree: `bureau(more configuration)`."""
    (tree / os.fsdecode("Caf\xe9".encode("latin-1"))).write_bytes(b"cafe")
    (tree / "Completed" / "up").symlink_to("..")
    (tree / "Completed" / "beside").symlink_to("../Pending")
    (tree / "Completed" / "latest.txt").symlink_to("2024-05/0001 hollis.txt")
    with ExitStack() as stack:

        def start(more: str = "") -> str:
            return stack.enter_context(running(tmp_path, CONFIGURATION + more))

        yield start


READ = {
    "/Caf%E9": b"cafe",
    "/Completed/2024-05/0001%20hollis.txt": b"Dear Dr Hollis",
    "/Completed/2024-05/0002_vale.doc": b"\xd0\xcf\x11\xe0 vale",
    "/Completed/latest.txt": b"Dear Dr Hollis",
    "/%20leading%20and%20trailing%20": b"spaces",
    "/a%3Bb%3Dc%20%231%3F%2541.txt": b"hostile",
}


@wants_vsftpd
def test_all_is_read_and_links_are_told_apart(bureau: Any, walk: Any) -> None:
    walked = walk(bureau())
    assert walked.bodies == READ
    assert walked.skips == {"/Completed/up": ("budget_spent", "folder_in_itself")}
    document = walked.documents["/Completed/latest.txt"]
    assert document.headers["server"] == "Bureau"
    assert (document.exposure.transport, document.exposure.tls) == (Transport.FTP, TlsState.NONE)
    assert walked.logins == 1


@wants_vsftpd
def test_data_connections_take_up_the_session_that_the_server_insists_on(
    bureau: Any, tmp_path: Path, walk: Any
) -> None:
    pem, key = faulty_certificate(TlsFault.SELF_SIGNED)
    (tmp_path / "pem").write_bytes(pem + key)
    url = bureau(OVER_TLS)
    walked = walk(url, trust=ssl.create_default_context(cadata=pem.decode()), tls="require")
    assert walked.bodies == READ
    assert {document.exposure.transport for document in walked.documents.values()} == {Transport.FTPS}
    assert {document.exposure.tls for document in walked.documents.values()} == {TlsState.VALID}


@wants_vsftpd
def test_nothing_above_the_login_folder_is_asked_for(bureau: Any, tree: Path, walk: Any) -> None:
    """This server does not lock anonymous in: paths that count from the root would walk the whole machine."""
    walked = walk(bureau() + "Completed/")
    assert set(walked.bodies) == {path for path in READ if path.startswith("/Completed/")}
    assert walked.reasons == {
        "/Completed/up": "denied_by_guard",
        "/Completed/beside": "denied_by_guard",
    }


ROOT = Path(__file__).parents[3]
FOLDERS, FILES = 6, 10


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for folder in range(FOLDERS):
        (tmp_path / "root" / f"{folder:02d}").mkdir(parents=True)
        for file in range(FILES):
            (tmp_path / "root" / f"{folder:02d}" / f"letter {file:02d}.txt").write_text(f"{folder} {file}")
    return tmp_path / "root"


def begun_sweep(given: dict[str, Any]) -> tuple[Scope, SweepSpool]:
    scope = Scope.model_validate(given)
    key = load_or_create_database_key(scope.database.key, database_exists=False)
    started = datetime.now(UTC)
    units = tuple(UnitRecord.from_unit(unit) for unit in units_of(scope))
    record = SweepRecord(new_sweep_id(started), "digest", "Example Hospital", "r", started, "0.1", units)
    return scope, SweepSpool.create(spool_root(scope.database.file), record, key)


def run(given: dict[str, Any], server: FtpServer, kill_after: int | None) -> None:
    """Run the unit's process; kill it once so many more commands have come, unless it has ended by then."""
    until = None if kill_after is None else len(server.commands) + kill_after
    command = [sys.executable, "-m", "tests.sweeps.resumed_unit"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        process.stdin.write(json.dumps({"scope": given, "part_rows": 20}))
        process.stdin.close()
        while process.poll() is None and (until is None or len(server.commands) < until):
            threading.Event().wait(0.002)
        if process.poll() is None:
            process.kill()
        elif until is None:
            assert process.returncode == 0, process.stderr and process.stderr.read()


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_walk_ends_as_if_nothing_had_been(kills: int, archive: Path, tmp_path: Path) -> None:
    moments = random.Random(2026)  # noqa: S311 - moments of a test
    with FtpServer(archive) as server:
        given = {
            "organisation": "Example Hospital", "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
            "network": {"private_addresses": ["127.0.0.1"]}, "limits": {"requests_per_second": 200},
            "ftp": [{"url": f"{server.url}/", "tier": "own", "authority": "r"}],
        }  # fmt: skip
        scope, sweep = begun_sweep(given)
        for _ in range(kills):
            run(given, server, moments.randint(1, 2 * 5 * FOLDERS * FILES // kills))
        run(given, server, None)
        fetched = Counter(line for line in server.commands if line.startswith("RETR"))
    sweep.finish(SweepEnd(datetime.now(UTC)))
    merge(spool_root(scope.database.file), scope.database.file)
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        documents = connection.execute("SELECT url FROM documents").fetchall()
        skips = connection.execute("SELECT url FROM skips").fetchall()
    assert len(fetched) == FOLDERS * FILES
    assert len(documents) == len(set(documents)) == FOLDERS * FILES
    assert skips == []
    # At 200 requests a second no more than 50 lie between two saves.
    assert sum(fetched.values()) - len(fetched) <= 51 * kills


# Rows of the folder, and what its unit's process may take for them: the bound that ten million must keep too.
MANY_ROWS, MOST_KB = 300_000, 500 << 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_folder_of_very_many_files_keeps_within_memory(crook: Any, tmp_path: Path) -> None:
    def rows(talk: Any, argument: str) -> None:
        with talk.data() as opened:
            for first in range(0, MANY_ROWS, 1000):
                names = (f"letter {number:08d}.txt" for number in range(first, first + 1000))
                opened.sendall(
                    "".join(f"type=file;size=9;modify=20240514173000; {name}\r\n" for name in names).encode()
                )
        talk.say("226 done")

    crook.tricks |= {"MLSD": rows, "FEAT": lambda talk, argument: talk.say("211-F\r\n MLST size*;\r\n211 End")}
    given = {
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"},
        "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
        "network": {"private_addresses": ["127.0.0.1"]}, "limits": {"requests_per_second": 100, "requests": 2},
        "ftp": [{"url": crook.url, "tier": "own", "authority": "r"}],
    }  # fmt: skip
    scope, sweep = begun_sweep(given)
    command = [sys.executable, "-m", "tests.sweeps.resumed_unit"]
    told = json.dumps({"scope": given, "part_rows": 50_000})
    process = subprocess.run(command, input=told, capture_output=True, text=True, cwd=ROOT, check=True)
    assert float(process.stdout) * 1024 < MOST_KB
    sweep.finish(SweepEnd(datetime.now(UTC)))
    merge(spool_root(scope.database.file), scope.database.file)
    with duckdb.connect(str(scope.database.file), read_only=True) as connection:
        outcomes = connection.execute("SELECT outcome, count(*) FROM entries GROUP BY outcome").fetchall()
    assert outcomes == [("skipped", MANY_ROWS)]
