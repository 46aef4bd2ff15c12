from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from findings.query import open_findings
from matchers.verdicts import Verdict
from scope.loader import load_scope
from scope.units import units_of
from tests.cli.conftest import Workspace, children_of, workspace_of

if TYPE_CHECKING:
    from demo_range.range import DemoRange

Swept = tuple["Workspace", "subprocess.CompletedProcess[str]"]


def finding_ids(workspace: Workspace) -> list[str]:
    return sorted(row.finding_id for row in open_findings(workspace.database))


def conduct_lines(workspace: Workspace) -> list[dict[str, Any]]:
    return workspace.conduct()


def wait_for_documents(workspace: Workspace, process: subprocess.Popen[str], requests: int) -> None:
    """Until the running sweep has made some requests."""
    until = time.monotonic() + 60
    while len(conduct_lines(workspace)) < requests:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


def test_every_planted_letter_is_found_and_no_decoy(swept: Swept) -> None:
    workspace, told = swept
    assert told.returncode == 10, told.stderr
    found: dict[object, set[str | None]] = {}
    for row in open_findings(workspace.database):
        place = workspace.ground.place_at(row.url)
        assert place is not None, "a finding at a place where nothing was planted"
        if row.verdict is Verdict.KNOWN_LETTER:
            found.setdefault(place, set()).add(row.letter_id)
    key = workspace.ground.answer_key
    assert {place: set(place.letter_ids) for place in key.planted} == found
    summary = json.loads(told.stdout)
    assert summary["unseen"] == {}
    assert summary["findings"]["new"] >= len(key.planted)


def test_every_place_ends_as_a_document_or_as_a_skip(swept: Swept) -> None:
    """The contract of all sources on one range: what is planted is fetched once, or it is said why not."""
    workspace, _ = swept
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        documents = [url for (url,) in connection.execute("SELECT url FROM documents").fetchall()]
        skips = [url for (url,) in connection.execute("SELECT url FROM skips WHERE member = ''").fetchall()]
        units = {
            unit for (unit,) in connection.execute("SELECT unit_id FROM units WHERE state = 'finished'").fetchall()
        }
    fetched = Counter(place for url in documents if (place := workspace.ground.place_at(url)))
    skipped = Counter(place for url in skips if (place := workspace.ground.place_at(url)))
    for place in workspace.ground.answer_key.places:
        if place.reachable:
            # A folder and its index page are two addresses of one place.
            assert fetched[place] in ({1, 2} if place.path.endswith("index.html") else {1}), place
            assert skipped[place] == 0
        else:
            assert fetched[place] == 0
    hidden = {place.root for place in workspace.ground.answer_key.places if not place.reachable}
    assert all(any(f"/{root}/" in url for url in skips) for root in hidden), "a bucket that hides objects says so"
    assert units == {unit.unit_id for unit in units_of(load_scope(workspace.scope))}


def test_no_request_carries_a_credential_and_every_request_is_on_record(swept: Swept) -> None:
    workspace, _ = swept
    lines = conduct_lines(workspace)
    reading = {"GET", "HEAD", "LOGIN", "MLSD", "LIST", "RETR", "QUIT"}
    assert {line["method"] for line in lines if "status" in line} <= reading
    assert not any("ambient" in json.dumps(line).lower() for line in lines)
    folder = workspace.folder / "findings.duckdb.conduct"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))


@pytest.mark.parametrize(
    "change", [{r"\[authority\].*?\n\n": ""}, {r"expires = [\d-]+": "expires = 2020-01-01"}], ids=["missing", "expired"]
)
def test_without_an_authority_in_date_nothing_is_requested(workspace: Workspace, change: dict[str, str]) -> None:
    workspace.edit(change)
    told = workspace.stray("sweep")
    assert told.returncode == 30
    assert "nothing was requested" in told.stderr
    assert conduct_lines(workspace) == []


def spoil_version(pack: Path) -> None:
    manifest = pack / "pack.json"
    fields = json.loads(manifest.read_text())
    fields["format_version"] = 999
    manifest.write_text(json.dumps(fields))


def test_a_pack_that_can_not_be_used_is_said_plainly(workspace: Workspace) -> None:
    ground = workspace.ground.folder
    wrong_key = workspace.folder / "wrong.key"
    wrong_key.write_text("ab" * 32)
    wrong_key.chmod(0o600)
    newer = workspace.folder / "newer"
    shutil.copytree(ground / "pack", newer)
    spoil_version(newer)
    for pack, key, said in [
        (workspace.folder / "none", ground / "pack.key", "no"),
        (newer, ground / "pack.key", "version"),
        (ground / "pack", wrong_key, "key"),
        (ground / "pack", workspace.folder / "no.key", "no such key file"),
    ]:
        text = workspace.ground.scope_toml.replace('"pack"', f'"{pack}"').replace('"pack.key"', f'"{key}"')
        workspace.scope.write_text(text)
        told = workspace.stray("sweep")
        assert told.returncode == 2, told.stderr
        assert said in told.stderr
        assert "Traceback" not in told.stderr
        assert told.stdout == ""


def test_a_pack_that_units_can_not_open_ends_the_sweep_and_once_mended_it_goes_on(workspace: Workspace) -> None:
    """Its head is as it should be, so that only who opens all of it sees the damage."""
    workspace.only_open_directory()
    own = workspace.folder / "own-pack"
    shutil.copytree(workspace.ground.folder / "pack", own)
    workspace.edit({r'(?<=\[pack\]\npath = )"[^"]*"': f'"{own}"'})
    manifest = own / "pack.json"
    whole = manifest.read_text()
    fields = json.loads(whole)
    manifest.write_text(json.dumps(fields | {"keyring": "no ring"}))
    told = workspace.stray("sweep")
    assert told.returncode == 2, told.stderr
    assert "could not open it" in told.stderr
    manifest.write_text(whole)
    assert workspace.stray("sweep").returncode == 10
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM sweeps").fetchall() == [(1,)]


def test_a_target_that_was_not_seen_is_unknown_and_its_reason_is_said(workspace: Workspace) -> None:
    """Nobody listens there, there is no such name, the folder has moved: none of it is a clean sweep."""
    workspace.only_open_directory()
    head, _, target = workspace.scope.read_text().rpartition("[[site]]")
    address = re.search(r"\"(http://127.0.0.1:\d+/)\"", target)
    assert address
    others = ("http://127.0.0.1:9/", "http://nowhere.invalid/", f"{address[1]}moved/")
    workspace.scope.write_text(head + "".join("[[site]]" + target.replace(address[1], other) for other in others))
    told = workspace.stray("sweep", "--format", "json")
    assert told.returncode == 20, told.stderr
    assert json.loads(told.stdout)["unseen"] == {"host_down": 1, "dns_error": 1, "unit_failed": 1}


def test_one_unit_that_fails_does_not_end_the_sweep(workspace: Workspace) -> None:
    address = re.search(r"url = \"(http://127.0.0.1:\d+)/\"\nkind = \"open_directory\"", workspace.scope.read_text())
    assert address
    workspace.edit(
        {
            r"\[\[bucket\]\].*": "",
            r"kind = \"site\"\n": "",
            r"url = \"[^\"]*\"(?=\ntier = \"own\")": 'url = "http://127.0.0.1:9/"',
        }
    )
    told = workspace.stray("sweep")
    assert told.returncode == 23, told.stderr
    assert {row.host for row in open_findings(workspace.database)} == {address[1].removeprefix("http://")}


@contextmanager
def held_open(database: Path) -> Iterator[int]:
    """The database in the hands of another process, as a notebook holds it."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process.pid
        assert process.stdin
        process.stdin.close()


def test_the_next_sweep_finds_the_same_and_a_database_held_elsewhere_delays_it_and_loses_nothing(
    workspace: Workspace,
) -> None:
    workspace.only_open_directory()
    assert workspace.stray("sweep").returncode == 10
    ids = finding_ids(workspace)
    assert workspace.stray("sweep").returncode == 11
    assert finding_ids(workspace) == ids
    with held_open(workspace.database) as pid:
        told = workspace.stray("sweep", "--wait", "1")
        assert told.returncode == 21, told.stderr  # all is as it was
        assert str(pid) in told.stderr
        assert "nothing is lost" in told.stderr
    listed = workspace.stray("findings", "list", "--db", "findings.duckdb", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert sorted(row["finding_id"] for row in rows) == ids
    assert {row["history"] for row in rows} == {"PPP"}


def test_what_no_sweep_could_tell_is_new_for_the_next_one(workspace: Workspace) -> None:
    workspace.only_open_directory()
    scope = workspace.scope.read_text()
    workspace.edit({r"url = \"http://127.0.0.1:\d+/\"": 'url = "http://127.0.0.1:9/"'})
    assert workspace.stray("sweep").returncode == 20  # makes the database
    workspace.scope.write_text(scope)
    with held_open(workspace.database):
        assert workspace.stray("sweep", "--wait", "1").returncode == 23
    assert workspace.stray("sweep").returncode == 10
    assert workspace.stray("sweep").returncode == 11


def slow_down(workspace: Workspace) -> None:
    workspace.only_open_directory()
    workspace.edit({r"requests_per_second = \d+": "requests_per_second = 8"})


def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(workspace: Workspace, undisturbed: Workspace) -> None:
    slow_down(workspace)
    use_key_of(undisturbed, workspace)
    with workspace.started("sweep", "--format", "json") as process:
        wait_for_documents(workspace, process, 12)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode in (20, 23), err
    summary = json.loads(out)
    assert summary["state"] == "interrupted"
    assert summary["unseen"]["interrupted"] > 0
    assert "Traceback" not in err
    assert "the same command goes on with this sweep" in err
    told = workspace.stray("status")
    assert "stopped; `stray sweep` of its scope goes on with it" in told.stdout, told.stdout
    assert "nothing waits" in told.stdout
    again = workspace.stray("sweep", "--format", "json")
    assert again.returncode == 10, again.stderr
    ended = json.loads(again.stdout)
    assert (ended["sweep"], ended["state"], ended["unseen"]) == (summary["sweep"], "finished", {})
    assert finding_ids(workspace) == finding_ids(undisturbed)
    spool = workspace.folder / "findings.duckdb.spool"
    assert not list(spool.glob("sweep-2*"))


@pytest.fixture(scope="module")
def undisturbed(ground: DemoRange, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """What a sweep finds that nothing disturbs; tests only read it."""
    made = workspace_of(ground, tmp_path_factory.mktemp("undisturbed"))
    made.only_open_directory()
    assert made.stray("sweep").returncode == 10
    return made


def use_key_of(other: Workspace, workspace: Workspace) -> None:
    """So that both give a finding the same id."""
    shutil.copy(other.folder / "findings.key", workspace.folder / "findings.key")


@pytest.mark.parametrize("how", ["kill -9", pytest.param("Ctrl-C twice", marks=pytest.mark.slow)])
def test_killed_in_the_middle_the_same_command_carries_on(
    workspace: Workspace, undisturbed: Workspace, how: str
) -> None:
    slow_down(workspace)
    use_key_of(undisturbed, workspace)
    with workspace.started("sweep") as process:
        wait_for_documents(workspace, process, 12)
        if how == "Ctrl-C twice":
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            assert process.returncode == 130, err
            assert "carries on" in err
    again = workspace.stray("sweep", "--format", "json")
    assert again.returncode == 10, again.stderr
    assert json.loads(again.stdout)["unseen"] == {}
    assert finding_ids(workspace) == finding_ids(undisturbed)
    spool = workspace.folder / "findings.duckdb.spool"
    assert not list(spool.glob("sweep-*"))


def test_workers_do_not_outlive_a_killed_sweep(workspace: Workspace) -> None:
    slow_down(workspace)
    with workspace.started("sweep") as process:
        wait_for_documents(workspace, process, 3)
        children = children_of(process.pid)
        assert children
    until = time.monotonic() + 20
    while any(is_alive(pid) for pid in children):
        assert time.monotonic() < until, "a worker outlived its sweep"
        time.sleep(0.1)


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_worker_that_a_signal_ends_is_begun_again_once(workspace: Workspace, deaths: int) -> None:
    """As where the system runs out of memory. What a second death leaves is told place by place."""
    slow_down(workspace)
    killed = 0
    with workspace.started("sweep", "--format", "json") as process:
        wait_for_documents(workspace, process, 3)
        known: set[int] = set()
        until = time.monotonic() + 60
        while killed < deaths and process.poll() is None and time.monotonic() < until:
            for pid in workers_of(process.pid) - known:
                known.add(pid)
                os.kill(pid, signal.SIGKILL)
                killed += 1
            time.sleep(0.2)
        out, err = process.communicate(timeout=120)
    assert killed >= deaths
    unseen = json.loads(out)["unseen"]
    assert process.returncode in (10, 20, 23), err
    if deaths == 1:
        assert unseen == {}
    else:
        assert unseen["unit_failed"] > 1


def workers_of(pid: int) -> set[int]:
    """The processes of units among its children."""
    found = set()
    for child in children_of(pid):
        try:
            if b"sweeps.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.add(child)
        except OSError:
            continue
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_second_sweep_at_the_same_time_is_refused_with_who_holds_the_lock(workspace: Workspace) -> None:
    slow_down(workspace)
    with workspace.started("sweep") as process:
        wait_for_documents(workspace, process, 3)
        told = workspace.stray("sweep")
    assert told.returncode == 2
    assert f"process {process.pid}" in told.stderr
