"""Whole walks over real servers: what is there is seen, what is not seen is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.ftp.control import SPOKEN
from demo_range.ftp_server import FtpServer
from demo_range.recordings import dss_recording
from documents.exposure import TlsState, Transport, Truth
from documents.records import EntryKind

FILES = {
    "/Completed/2024-05/0001%20hollis.txt": b"Dear Dr Hollis",
    "/Completed/2024-05/0002_vale.doc": b"\xd0\xcf\x11\xe0 vale",
    "/a%3Bb%3Dc%20%231%3F%2541.txt": b"hostile",
    "/%20leading%20and%20trailing%20": b"spaces",
}


@pytest.mark.parametrize("without", [(), ("MLSD", "MLST"), ("MLSD", "MLST", "LIST", "SIZE", "MDTM", "FEAT")])
def test_every_file_is_read_whatever_the_server_can_list(without: tuple[str, ...], tree: Path, walk: Any) -> None:
    with FtpServer(tree, without=without) as server:
        walked = walk(f"{server.url}/")
    read = {path: body for path, body in walked.bodies.items() if body}
    assert read == FILES
    assert walked.skips == {}
    assert {"/Completed/", "/Pending/0007.txt"} <= {path + "/" * (path == "/Completed") for path in walked.entries}
    assert walked.entries["/%20leading%20and%20trailing%20"].name == " leading and trailing "


def test_a_document_tells_how_it_lies_open(tree: Path, walk: Any) -> None:
    os.utime(tree / "Completed/2024-05/0002_vale.doc", (1715707800, 1715707800))
    with FtpServer(tree, banner="Mediscript \x1b[31mFTP") as server:
        walked = walk(f"{server.url}/")
        start = f"{server.url}/"
    document = walked.documents["/Completed/2024-05/0002_vale.doc"]
    assert document.headers["last-modified"] == "Tue, 14 May 2024 17:30:00 GMT"
    assert document.headers["server"] == "Mediscript  [31mFTP"
    assert document.headers["content-length"] == "9"
    assert document.status == 200
    exposure = document.exposure
    assert (exposure.transport, exposure.tls, exposure.listed) == (Transport.FTP, TlsState.NONE, Truth.YES)
    assert exposure.reached_by == (start, f"{start}Completed/", f"{start}Completed/2024-05/")
    entry = walked.entries["/Completed/2024-05/0002_vale.doc"]
    assert (entry.kind, entry.size, entry.size_exact) == (EntryKind.FILE, 9, True)
    assert entry.parent == f"{start}Completed/2024-05/"


def test_a_target_is_its_folder_and_nothing_beside_it(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/Completed")
        commands = server.commands
    assert set(walked.bodies) == {path for path in FILES if path.startswith("/Completed/")}
    assert not any("Pending" in line or line in ("CWD /", "CDUP", "CWD ..") for line in commands)


def test_nothing_is_ever_said_that_writes_or_dials_back_or_logs_in_otherwise(tree: Path, walk: Any) -> None:
    (tree / "up").symlink_to("..")
    with FtpServer(tree) as server:
        walk(f"{server.url}/")
        commands, verbs = server.commands, server.verbs
    assert set(verbs) <= SPOKEN
    assert not {"PORT", "EPRT", "STOR", "APPE", "DELE", "MKD", "RMD", "RNFR", "SITE", "ABOR"} & set(verbs)
    assert [line for line in commands if line.startswith("USER")] == ["USER anonymous"]
    assert [line for line in commands if line.startswith("PASS")] == ["PASS security@example.org"]


def test_names_in_another_charset_go_through_unharmed(tmp_path: Path, walk: Any) -> None:
    (tmp_path / "root" / "Núñez & Co").mkdir(parents=True)
    (tmp_path / "root" / "Núñez & Co" / "Café £5.txt").write_bytes(b"cafe")
    with FtpServer(tmp_path / "root", encoding="latin-1") as server:
        walked = walk(f"{server.url}/")
    assert walked.bodies == {"/N%FA%F1ez%20%26%20Co/Caf%E9%20%A35.txt": b"cafe"}
    (entry,) = (entry for entry in walked.entries.values() if entry.kind is EntryKind.FILE)
    assert entry.name == "Café £5.txt"


def test_a_large_file_is_told_and_not_read(tree: Path, walk: Any) -> None:
    (tree / "scan.pdf").write_bytes(b"x" * 2000)
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", {"body_bytes": 1000})
        assert "RETR /scan.pdf" not in server.commands
    assert walked.skips == {"/scan.pdf": ("too_large", "over 1000 bytes")}


def test_a_large_file_of_unknown_size_is_broken_off(tree: Path, walk: Any) -> None:
    (tree / "scan.pdf").write_bytes(b"x" * (4 << 20))
    with FtpServer(tree, without=("MLSD", "MLST", "LIST", "SIZE", "FEAT")) as server:
        walked = walk(f"{server.url}/", {"body_bytes": 1000})
    assert walked.reasons == {"/scan.pdf": "too_large"}
    assert {path: body for path, body in walked.bodies.items() if body} == FILES


@pytest.mark.parametrize(("limits", "detail"), [({"requests": 5}, "requests"), ({"bytes": 600}, "bytes")])
def test_a_spent_budget_leaves_a_skip_for_each_place(
    limits: dict[str, int], detail: str, tree: Path, walk: Any
) -> None:
    for number in range(20):
        (tree / f"{number}.txt").write_bytes(b"x" * 100)
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", limits)
    assert set(walked.skips.values()) == {("budget_spent", detail)}
    files = {path for path, entry in walked.entries.items() if entry.kind is EntryKind.FILE}
    assert files <= set(walked.documents) | set(walked.skips)
    assert walked.requests <= 5 or detail == "bytes"


def test_a_stop_leaves_a_skip_for_each_place(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", stop_after=1)
    assert len(walked.documents) == 1
    assert {reason for reason, _ in walked.skips.values()} == {"interrupted"}
    files = {path for path, entry in walked.entries.items() if entry.kind is EntryKind.FILE}
    assert files == set(walked.documents) | (set(walked.skips) & files)


def test_links_in_a_circle_end(tree: Path, walk: Any) -> None:
    (tree / "Completed" / "again").symlink_to("..")
    (tree / "Completed" / "self").symlink_to(".")
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", {"requests": 300})
    assert walked.requests < 300
    assert {path: body for path, body in walked.bodies.items() if path in FILES} == FILES
    ends = {detail for reason, detail in walked.skips.values() if reason == "budget_spent"}
    assert ends <= {"folder_in_itself", "repeating_path"}
    assert ends


def test_a_link_to_a_file_is_read(tree: Path, walk: Any) -> None:
    (tree / "latest").symlink_to("Completed/2024-05/0001 hollis.txt")
    (tree / "gone").symlink_to("nowhere")
    with FtpServer(tree, without=("MLSD", "MLST")) as server:
        walked = walk(f"{server.url}/")
    assert walked.bodies["/latest"] == b"Dear Dr Hollis"
    assert walked.reasons == {"/gone": "not_found"} or "/gone" not in walked.entries


def test_a_folder_that_is_not_there_and_one_that_is_private(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        assert walk(f"{server.url}/trust/").reasons == {"/trust/": "not_found"}


def test_without_valid_authority_nothing_is_said(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", expires="2020-01-01")
        assert server.commands == []
    assert walked.reasons == {"/": "authority_expired"}
    assert walked.dialled == []


def test_at_a_third_party_nothing_is_said_without_a_decision(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/", tier="third_party")
        assert server.commands == []
        assert walked.reasons == {"/": "denied_by_guard"}
        assert walk(f"{server.url}/", tier="third_party", anonymous_ftp=True).documents


def test_a_server_that_is_full_is_waited_for_and_then_left(tree: Path, walk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("fetching.pacing.FIRST_BACK_OFF", 0.01)
    with FtpServer(tree, limits={"max_cons_per_ip": 0, "max_cons": 1}) as server:
        walked = walk(f"{server.url}/")
    assert walked.reasons == {"/": "throttled"}
    assert [line["failed"] for line in walked.conduct if line.get("method") == "LOGIN"] == ["ftp_421"] * 4


def test_the_conduct_log_names_every_request_and_no_name(tree: Path, walk: Any) -> None:
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/")
    methods = [line["method"] for line in walked.conduct if "method" in line]
    assert methods.count("MLSD") == 4
    assert methods.count("RETR") == len(walked.documents)
    assert methods.count("LOGIN") == 1
    assert len(methods) == walked.requests + methods.count("QUIT")
    said = " ".join(line["said"] for line in walked.conduct if "said" in line)
    assert said.split() == server.verbs, "each command that the server heard, in order"
    fetched = sum(line["bytes"] for line in walked.conduct if line.get("method") == "RETR")
    assert fetched == sum(len(body) for body in walked.bodies.values())
    assert "hollis" not in str(walked.conduct)
    assert "Completed" not in str(walked.conduct)


def test_of_a_dictation_the_header_is_read_and_no_more(tree: Path, walk: Any) -> None:
    """A header of 1.5 KB tells whose it is; nobody's voice is fetched."""
    started = datetime(2024, 6, 14, 9, 12, tzinfo=UTC)
    recording = dss_recording("HOLLIS4417", started, 95) + bytes(8 << 20)
    (tree / "Pending" / "0007.dss").write_bytes(recording)
    (tree / "Pending" / "0008.dss").write_bytes(b"Dear Dr Hollis, this is text")
    # Sound beside its transcript is dictation, whatever it is called; other sound is not asked for.
    for name in ("DM_0009.wav", "waltz.mp3"):
        (tree / "Pending" / name).write_bytes(b"RIFF\0\0\0\0WAVEfmt " + bytes(4000))
    (tree / "Pending" / "DM_0009.txt").write_bytes(b"Dear Dr Hollis")
    with FtpServer(tree) as server:
        walked = walk(f"{server.url}/")
        assert server.commands.count("RETR /Pending/0007.dss") == 1
    header = walked.entries["/Pending/0007.dss"].dictation
    assert header is not None
    assert (header.author, header.seconds) == ("HOLLIS4417", 95)
    assert walked.reasons == dict.fromkeys(["/Pending/0007.dss", "/Pending/DM_0009.wav"], "unsupported_type")
    assert walked.entries["/Pending/waltz.mp3"].cue is None
    assert walked.bodies["/Pending/0008.dss"] == b"Dear Dr Hollis, this is text"
    assert sum(line.get("bytes", 0) for line in walked.conduct) < 1 << 20
    assert "HOLLIS4417" not in str(walked.conduct)
