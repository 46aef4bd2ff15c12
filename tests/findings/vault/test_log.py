"""The log's file: added to and never less, whoever writes and however they end."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from findings.errors import SpoolError
from findings.vault.chain import Action, Deed, breaks_of
from findings.vault.log import EvidenceLog

DEED = Deed(Action.EXPORTED, "ann", "case 117")

WRITER = """
import sys
from pathlib import Path
from findings.vault.chain import Action, Deed
from findings.vault.log import EvidenceLog
log = EvidenceLog(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    with log.held():
        log.append(Deed(Action.EXPORTED, sys.argv[3], str(number)))
    print(number, flush=True)
"""


def append(log: EvidenceLog, count: int = 1) -> None:
    for _ in range(count):
        with log.held():
            log.append(DEED)


def test_lines_are_chained_and_for_their_owner_only(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path / "vault")
    assert log.lines() == []
    append(log, 3)
    assert not list(breaks_of(log.lines()))
    assert len(log.lines()) == 3
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert log.path.parent.stat().st_mode & 0o777 == 0o700


def test_several_processes_make_one_chain(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), "15", who]) for who in ("ann", "bob", "cy")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    log = EvidenceLog(folder)
    assert len(log.lines()) == 45
    assert not list(breaks_of(log.lines()))


def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), "100000", "ann"], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(5)]
            writer.send_signal(signal.SIGKILL)
            told += [int(line) for line in writer.stdout.read().split()]
        before = len(EvidenceLog(folder).lines())
        assert before >= len(told)
        append(EvidenceLog(folder))
        assert not list(breaks_of(EvidenceLog(folder).lines()))
    assert EvidenceLog(folder).path.read_bytes().endswith(b"\n")


def test_a_torn_line_is_closed_and_kept(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path / "vault")
    append(log, 2)
    with log.path.open("ab") as file:
        file.write(b'{"number": 3, "at": "20')
    for again in (log, EvidenceLog(log.path.parent)):
        append(again)
    lines = log.lines()
    assert lines[2] == b'{"number": 3, "at": "20'
    assert [(broken.number, broken.what) for broken in breaks_of(lines)] == [(3, "unreadable")]
    assert len(lines) == 5


def test_a_log_that_somebody_cut_meanwhile_goes_on_from_what_there_is(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path / "vault")
    append(log, 3)
    log.path.write_bytes(log.path.read_bytes().splitlines(keepends=True)[0])
    append(log)
    assert len(log.lines()) == 2
    assert not list(breaks_of(log.lines()))


def test_a_full_disk_leaves_no_half_of_a_line(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path / "vault")
    append(log, 2)
    before = log.path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(SpoolError):
            append(log)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert log.path.read_bytes() == before
    append(log)
    assert not list(breaks_of(log.lines()))


def test_a_folder_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("a file")
    with pytest.raises(SpoolError, match=os.strerror(errno.EEXIST)):
        append(EvidenceLog(tmp_path / "vault"))
