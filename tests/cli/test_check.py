from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

from demo_range.distortions import excerpt, retyped
from demo_range.misbehaving import MisbehavingServer
from tests.cli.conftest import Workspace, children_of


def pack_of(workspace: Workspace) -> tuple[str, ...]:
    folder = workspace.ground.folder
    return ("--pack", f"{folder}/pack", "--key", f"{folder}/pack.key")


def test_each_document_is_one_object_of_the_fixed_form(workspace: Workspace) -> None:
    known = workspace.ground.letters[8]
    found = workspace.folder / "found"
    found.mkdir()
    (found / "a.txt").write_text("x\n" * 30 + known.text)
    (found / "b.txt").write_text("Nothing of ours stands here. " * 40)
    (found / "c.bin").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    told = workspace.stray("check", "found", *pack_of(workspace), "--format", "json")
    assert told.returncode == 23, told.stderr
    rows = {row["target"]: row for row in map(json.loads, told.stdout.splitlines())}
    assert set(rows) == {"found/a.txt", "found/b.txt", "found/c.bin"}
    fields = {"target", "sha256", "media_type", "verdict", "letters", "reasons", "skipped"}
    assert all(set(row) == fields for row in rows.values())
    letter = rows["found/a.txt"]["letters"][0]
    assert set(letter) == {
        "letter_id",
        "verdict",
        "containment",
        "coverage",
        "evidence",
        "false_per_million",
        "anchors",
        "spans",
    }
    assert letter["letter_id"] == known.letter_id
    assert letter["containment"] > 0.95
    span = letter["spans"][0]
    start, end = span["doc"]
    assert span["piece"] == ""
    assert 55 <= start < end <= 60 + len(known.text)
    assert rows["found/b.txt"]["verdict"] == "clear"
    assert rows["found/c.bin"]["verdict"] == "undetermined"
    assert rows["found/c.bin"]["skipped"][0]["reason"] == "unreadable"


def test_excerpts_and_retyped_letters_are_known_and_the_table_says_so(workspace: Workspace) -> None:
    first, second = workspace.ground.letters[3], workspace.ground.letters[20]
    (workspace.folder / "e.txt").write_text(excerpt(first.text, 160, 1))
    (workspace.folder / "r.txt").write_text(retyped(second.text, 0.05, 1))
    told = workspace.stray("check", "e.txt", "r.txt", *pack_of(workspace))
    assert told.returncode == 10, told.stderr
    assert first.letter_id in told.stdout
    assert second.letter_id in told.stdout
    assert told.stdout.count("known_letter") >= 2


def test_what_is_not_there_is_said(workspace: Workspace) -> None:
    told = workspace.stray("check", "nowhere", *pack_of(workspace))
    assert told.returncode == 2
    assert "no such file or folder" in told.stderr


def test_a_url_in_scope_is_asked_once_with_the_scopes_own_pack(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "site")
    told = workspace.stray("check", workspace.ground.url(place), "--format", "json")
    assert told.returncode == 10, told.stderr
    assert {letter["letter_id"] for letter in json.loads(told.stdout)["letters"]} == set(place.letter_ids)
    assert [(line["status"], line["why"]) for line in workspace.conduct("check")] == [(200, "check")]


def test_a_url_outside_the_targets_needs_a_tip_off_which_is_on_record(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "site")
    url = workspace.ground.url(place)
    workspace.only_open_directory()
    refused = workspace.stray("check", url)
    assert refused.returncode == 2
    assert "--tip-off REFERENCE" in refused.stderr
    told = workspace.stray("check", url, "--tip-off", "CALL-7")
    assert told.returncode == 10, told.stderr
    record = workspace.folder / "findings.duckdb.tip-offs.jsonl"
    assert record.stat().st_mode & 0o777 == 0o600
    assert [(line["reference"], line["url"]) for line in map(json.loads, record.read_text().splitlines())] == [
        ("CALL-7", url)
    ]
    for wrong, said in (
        ("http://[::1", "not a URL"),
        ("http://127.0.0.1:99999/", "not a URL"),
        ("http://10.0.0.1/", "does not change that"),
    ):
        refused = workspace.stray("check", wrong, "--tip-off", "CALL-7")
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    assert workspace.stray("check", url, "--tip-off", " ").returncode == 2
    workspace.edit({r"expires = [\d-]+": "expires = 2020-01-01"})
    assert workspace.stray("check", url, "--tip-off", "CALL-7").returncode == 30


def test_a_file_that_is_too_large_is_not_half_read(workspace: Workspace) -> None:
    with (workspace.folder / "huge.txt").open("wb") as file:
        file.truncate((32 << 20) + 1)
    told = workspace.stray("check", "huge.txt", *pack_of(workspace), "--format", "json")
    assert told.returncode == 20, told.stderr
    row = json.loads(told.stdout)
    assert row["verdict"] == "undetermined"
    assert row["skipped"] == [{"reason": "too_large", "path": "", "detail": "over 33554432 bytes"}]


def test_a_tip_off_is_one_request_as_given_whatever_the_server_says(workspace: Workspace) -> None:
    with MisbehavingServer() as server:
        url = f"{server.url}/status/503?b=2&a=1&c"
        told = workspace.stray("check", url, url + "#part", "--tip-off", "CALL-8")
        asked = [(request.method, request.path) for request in server.requests]
    assert told.returncode == 20, told.stderr
    assert asked == [("GET", "/status/503?b=2&a=1&c")]


def test_names_inside_and_around_a_document_can_not_steer_the_terminal(workspace: Workspace) -> None:
    found = workspace.folder / "found"
    found.mkdir()
    (found / "\x1b[2J\nstray: all is well \u202e.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (found / os.fsdecode(b"l\xe9.txt")).write_text("Nothing of ours stands here. " * 20)
    for output in ("table", "json"):
        told = workspace.stray("check", "found", *pack_of(workspace), "--format", output)
        assert told.returncode == 20, told.stderr
        said = told.stdout + told.stderr
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert not any(line.startswith("stray:") for line in said.splitlines())


def test_nothing_is_imported_from_the_folder_that_is_looked_at(workspace: Workspace) -> None:
    trap = "from pathlib import Path; Path('TRAPPED').touch(); raise SystemExit(9)"
    for name in ("struct", "json", "numpy", "random", "selectors", "lxml", "scrapy", "scope"):
        (workspace.folder / f"{name}.py").write_text(trap)
    stray = Path(sys.executable).parent / "stray"
    workspace.only_open_directory()
    for arguments in (["doctor"], ["check", "json.py"], ["sweep"]):
        told = subprocess.run(
            [stray, *arguments], cwd=workspace.folder, capture_output=True, text=True, check=False, timeout=100
        )
        assert told.returncode in (0, 10), told.stderr
    assert not (workspace.folder / "TRAPPED").exists()


def test_an_empty_name_is_not_the_current_folder(workspace: Workspace) -> None:
    assert workspace.stray("check", "", *pack_of(workspace)).returncode == 2


def test_a_reader_that_goes_away_does_not_change_the_exit_code(workspace: Workspace) -> None:
    (workspace.folder / "a.txt").write_text(workspace.ground.letters[0].text)
    stray = Path(sys.executable).parent / "stray"
    script = f"{stray} check a.txt {' '.join(pack_of(workspace))} --format json 2>&1 | true; exit ${{PIPESTATUS[0]}}"
    told = subprocess.run(["bash", "-c", script], cwd=workspace.folder, capture_output=True, check=False, timeout=60)
    assert told.returncode == 10


def test_ctrl_c_is_told_in_one_line(workspace: Workspace) -> None:
    with workspace.started("check", workspace.ground.folder, *pack_of(workspace)) as process:
        until = time.monotonic() + 60
        while not children_of(process.pid):  # the first document is about to be read
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (130, 10, 23), err
    assert "Traceback" not in err


def test_a_file_on_an_ftp_server_is_read_in_the_scope_and_on_a_tip_off(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "ftp")
    url = workspace.ground.url(place)
    told = workspace.stray("check", url, "--format", "json")
    assert told.returncode == 10, told.stderr
    assert json.loads(told.stdout)["letters"][0]["letter_id"] == place.letter_ids[0]
    workspace.edit({r"\[\[ftp\]\].*": ""})
    refused = workspace.stray("check", url)
    assert refused.returncode == 2
    assert "--tip-off REFERENCE" in refused.stderr
    tipped = workspace.stray("check", url, "--tip-off", "CALL-7")
    assert tipped.returncode == 10, tipped.stderr
    missing = workspace.stray("check", url + "x", "--tip-off", "CALL-7")
    assert missing.returncode == 20, missing.stderr


def test_an_ftp_folder_is_told_to_be_one_and_listed_by_the_other_command(workspace: Workspace) -> None:
    place = next(place for place in workspace.ground.answer_key.planted if place.area == "ftp")
    folder, _, name = workspace.ground.url(place).rpartition("/")
    for url in (folder, folder + "/"):
        told = workspace.stray("check", url, "--format", "json")
        assert told.returncode == 20, told.stderr
        (skipped,) = json.loads(told.stdout)["skipped"]
        assert skipped["reason"] == "unsupported_type"
        assert skipped["detail"].startswith("a folder; a sweep looks into it")
        told = workspace.stray("listing", url, "--format", "json", "--reveal")
        assert told.returncode == 0, told.stderr
        assert unquote(name) in [json.loads(line).get("name") for line in told.stdout.splitlines()]
    workspace.edit({r"\[\[ftp\]\].*": ""})
    tipped = workspace.stray("listing", folder + "/", "--tip-off", "CALL-7")
    assert tipped.returncode == 0, tipped.stderr
    assert unquote(name) not in tipped.stdout + tipped.stderr
    narrow = workspace.stray("listing", folder, "--tip-off", "CALL-7")
    assert narrow.returncode == 20, narrow.stderr
    assert "a folder; to have it listed, end its address with /" in narrow.stderr
