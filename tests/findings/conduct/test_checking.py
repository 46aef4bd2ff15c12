from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fetching.conduct import ConductLog, Provenance, Why
from fetching.conduct_pieces import packed_bytes
from findings.conduct.asking import Totals, Wanted, requests
from findings.conduct.checking import Checked, Fault, check
from findings.conduct.folder import members_of
from findings.conduct.letting_go import let_go, old_bundles
from findings.conduct.made import Made
from findings.conduct.settling import MOST_PIECES, settle, settling
from findings.vault.chain import Head
from findings.vault.log import EvidenceLog
from scope.conduct import PlaceForm

HOSTS = ("a.example", "b.example", "c.example")


def write(root: Path, sweep: str, unit: str, lines: int = 3, *, ended: bool = True) -> ConductLog:
    head = {"sweep": sweep, "unit": unit, "supplier": f"Supplier {unit}", "authority": "IG-1"}
    of = Provenance(head, Why.LISTING, PlaceForm.KEYED, b"k" * 32, f"https://{unit}/")
    log = ConductLog.sealed(root / "open" / sweep, unit, of)
    for number in range(lines):
        log.answered("GET", f"https://{unit}/{number}", 200, 10)
    log.refused(f"https://{unit}/edit", "action_link")
    if ended:
        log.close()
    return log


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sweeps of three units, each taken in as one bundle; then one command."""
    root = tmp_path / "f.duckdb.conduct"
    for sweep in ("s1", "s2"):
        for host in HOSTS:
            write(root, sweep, host)
        settle(root)
    write(root, "check", "check")
    settle(root)
    return root


def bundles(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.jsonl.gz"))


def faults(root: Path, noted: Head | None = None) -> list[tuple[Fault, str]]:
    return [(found.fault, found.where) for found in check(root, noted).faults]


def test_what_was_taken_in_is_whole_and_can_be_read_again(root: Path) -> None:
    checked = check(root)
    assert checked.faults == ()
    assert (checked.bundles, checked.pieces, checked.lines, checked.waiting, checked.unfinished) == (3, 7, 28, 0, 0)
    assert not (root / "open").exists() or not [*(root / "open").iterdir()]
    assert checked.head.number == 3
    assert faults(root, checked.head) == []
    lines = list(requests(root, Wanted()))
    assert [line["of"] for line in lines] == ["s1"] * 12 + ["s2"] * 12 + ["check"] * 4
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*root.rglob("*")])
    with gzip.open(bundles(root)[1]) as file:  # any tool that knows gzip can read it
        assert json.loads(file.readline())["bundle"] == 1


def swap(root: Path) -> None:
    one, other = bundles(root)[1:]
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)


def alter(root: Path) -> None:
    """Well made: one line changed, the member packed anew."""
    path = bundles(root)[1]
    plain = gzip.decompress(path.read_bytes()).replace(b'"status":200', b'"status":404', 1)
    path.write_bytes(gzip.compress(plain, mtime=0))


def alter_one_piece(root: Path) -> None:
    path = bundles(root)[1]
    texts = list(members_of(path.read_bytes()))
    texts[2] = texts[2].replace(b'"status":200', b'"status":404', 1)
    path.write_bytes(b"".join(map(packed_bytes, texts)))


def cut(root: Path) -> None:
    path = bundles(root)[1]
    path.write_bytes(path.read_bytes()[:-40])


def edit_log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        log = root / "log.jsonl"
        log.write_bytes(b"\n".join(change(log.read_bytes().splitlines())) + b"\n")

    return edit


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda root: bundles(root)[1].unlink(), [(Fault.MISSING, "s1/000001.jsonl.gz")]),
        (lambda root: bundles(root)[1].write_bytes(b""), [(Fault.ALTERED, "s1/000001.jsonl.gz")]),
        (cut, [(Fault.MISSING, "s1/000001.jsonl.gz, c.example")]),
        (alter, [(Fault.ALTERED, "s1/000001.jsonl.gz")]),
        (alter_one_piece, [(Fault.BROKEN_BEFORE, "s1/000001.jsonl.gz, b.example"),
                           (Fault.ALTERED, "s1/000001.jsonl.gz, b.example")]),
        (swap, [(Fault.ALTERED, "s1/000001.jsonl.gz"), (Fault.ALTERED, "s2/000002.jsonl.gz")]),
        (lambda root: (root / "s1" / "000009.jsonl.gz").write_bytes(b"x"), [(Fault.NOT_IN_LOG, "s1/000009.jsonl.gz")]),
        (edit_log(lambda lines: lines[1:]), [(Fault.LOG_ALTERED, "log.jsonl, line 1"), (Fault.NOT_IN_LOG, "s1/")]),
        (edit_log(lambda lines: lines[:-1]), [(Fault.NOT_IN_LOG, "check/000003.jsonl.gz")]),
        (edit_log(lambda lines: [lines[1], lines[0], lines[2]]), [(Fault.LOG_ALTERED, "log.jsonl, line 1")]),
        (edit_log(lambda lines: [lines[0].replace(b'"lines": 12', b'"lines": 13'), *lines[1:]]),
         [(Fault.LOG_ALTERED, "log.jsonl, line 2")]),
    ],
    ids=["gone", "emptied", "cut", "altered", "one piece altered", "swapped", "put in", "log line gone", "log cut",
         "log reordered", "log altered"],
)  # fmt: skip
def test_what_was_done_to_it_is_named(
    root: Path, harm: Callable[[Path], object], expected: list[tuple[Fault, str]]
) -> None:
    harm(root)
    found = faults(root)
    for fault, where in expected:
        assert [one for one in found if one[0] is fault and one[1].startswith(where)], found


def test_a_log_that_was_cut_with_its_bundles_is_told_by_a_noted_head(root: Path) -> None:
    noted = check(root).head
    edit_log(lambda lines: lines[:-1])(root)
    bundles(root)[0].unlink()
    assert faults(root) == [], "nothing in the folder itself shows it"
    assert faults(root, noted) == [(Fault.LOG_CUT, "log.jsonl")]
    write(root, "check", "other")
    settle(root)
    assert faults(root, noted) == [(Fault.LOG_CUT, "log.jsonl")]


def test_a_log_that_was_cut_with_its_bundles_is_told_by_the_database(root: Path) -> None:
    now = datetime.now(UTC)
    made = [Made(sweep, host, 3, now) for sweep in ("s1", "s2") for host in HOSTS]
    made.append(Made("s0", "of old", 3, now - timedelta(days=9)))
    assert check(root, made=made).faults == (), "what is older than the log is not held against it"
    write(root, "s3", "a.example", ended=False)
    under_way = Made("s3", "a.example", 1, now)
    assert check(root, made=[*made, under_way]).faults == ()
    edit_log(lambda lines: lines[:-2])(root)
    for bundle in bundles(root):
        if bundle.parent.name != "s1":
            bundle.unlink()
    (found,) = check(root, made=made).faults
    assert (found.fault, found.where) == (Fault.LOG_CUT, "sweep s2")
    assert "9 requests of 3 of its units" in found.what
    let_go(root, old_bundles(root, now + timedelta(days=1)), "tester")
    assert [found.where for found in check(root, made=made).faults] == ["sweep s2"], "what was let go is on record"


def test_what_a_kill_left_is_told_taken_in_and_no_alarm(root: Path) -> None:
    left = write(root, "s3", "a.example", lines=300, ended=False)
    (path,) = (root / "open" / "s3").iterdir()
    settle(root)
    assert path.exists(), "who writes to it holds it"
    assert check(root).waiting == 1
    writer = left._pieces  # the process ends, and its lock with it
    assert writer is not None
    os.close(writer._descriptor)
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11-22T10:0')
    waiting = check(root)
    assert (waiting.faults, waiting.waiting, waiting.unfinished, waiting.torn) == ((), 1, 1, 22)
    settled = settle(root)
    assert (settled.pieces, settled.lines, settled.unfinished) == (1, 301, 1)
    checked = check(root)
    assert (checked.faults, checked.waiting, checked.unfinished, checked.torn) == ((), 0, 1, 22)
    assert len(list(requests(root, Wanted(sweep="s3")))) == 301


def test_what_is_altered_while_it_waits_is_found_to_the_seal(root: Path) -> None:
    log = write(root, "s3", "a.example", lines=600)
    assert log.requests == 600
    (path,) = (root / "open" / "s3").iterdir()
    lines = path.read_bytes().split(b"\n")
    lines[300] = lines[300].replace(b'"status":200', b'"status":404')
    path.write_bytes(b"\n".join(lines))
    (found,) = check(root).faults
    assert (found.fault, "from line 259 on" in found.what) == (Fault.BROKEN_BEFORE, True)
    settle(root)
    (found,) = check(root).faults
    assert (found.fault, found.where.startswith("s3/000004.jsonl.gz, a.example")) == (Fault.BROKEN_BEFORE, True)


def test_a_kill_between_bundle_and_chain_repeats_the_bundle(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "s3", "a.example")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceLog, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            settle(root)
    assert len(list(requests(root, Wanted(sweep="s3")))) == 4
    settle(root)
    assert check(root).faults == ()
    assert len(list(requests(root, Wanted(sweep="s3")))) == 4


def test_a_disk_that_gives_up_is_told_and_loses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    told: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(EvidenceLog, "append", full)
        with settling(root, told.append):
            write(root, "s3", "a.example")
    assert [text for text in told if "is full" in text]
    with settling(root, told.append):
        pass
    assert (check(root).faults, len(told)) == ((), 1)
    assert len(list(requests(root, Wanted(sweep="s3")))) == 4


def test_many_pieces_are_several_bundles(tmp_path: Path) -> None:
    root = tmp_path / "conduct"
    for number in range(MOST_PIECES + 1):
        write(root, "s1", f"h{number}.example", lines=1)
    assert settle(root).pieces == MOST_PIECES + 1
    checked: Checked = check(root)
    assert (checked.bundles, checked.pieces, checked.faults) == (2, MOST_PIECES + 1, ())


def test_logs_of_earlier_releases_are_taken_in_as_they_are(tmp_path: Path) -> None:
    root = tmp_path / "conduct"
    (root / "old-sweep").mkdir(parents=True)
    old = ConductLog(root / "old-sweep" / "site-1.jsonl")
    old.answered("GET", "https://a.example/x", 200, 5)
    old.close()
    single = ConductLog(root / "check-20260101T000000000000Z.jsonl")
    single.failed("GET", "https://b.example/x", "TimeoutError")
    single.close()
    assert len(list(requests(root, Wanted()))) == 2
    assert settle(root).pieces == 2
    checked = check(root)
    assert (checked.faults, checked.lines, checked.unfinished) == ((), 2, 0)
    assert [line["of"] for line in requests(root, Wanted())] == ["check", "old-sweep"]
    assert not [*root.glob("*/*.jsonl"), *root.glob("check-*")]


def test_requests_are_chosen_by_host_supplier_sweep_time_and_place(root: Path) -> None:
    totals = Totals()
    for line in requests(root, Wanted(host="a.example")):
        totals.take(line)
    assert (totals.requests, totals.answered, totals.refused, totals.bytes) == (6, 6, 2, 60)
    assert (dict(totals.hosts), totals.authorities) == ({"a.example": 6}, {"IG-1"})
    assert len(list(requests(root, Wanted(supplier="Supplier b.example")))) == 8
    assert len(list(requests(root, Wanted(sweep="s2", host="C.example")))) == 4
    now = datetime.now(UTC)
    assert not list(requests(root, Wanted(since=now + timedelta(minutes=1))))
    assert not list(requests(root, Wanted(until=now - timedelta(hours=1))))
    place = next(requests(root, Wanted(sweep="s1")))["place"]
    assert [line["of"] for line in requests(root, Wanted(place=place))] == ["s1", "s2"]


def test_what_is_let_go_stays_on_record_and_the_chain_holds(root: Path) -> None:
    assert old_bundles(root, datetime.now(UTC) - timedelta(days=1)) == []
    old = old_bundles(root, datetime.now(UTC) + timedelta(days=1))[:2]
    let_go(root, old, "ann")
    checked = check(root)
    assert (checked.faults, checked.bundles, checked.purged) == ((), 1, 2)
    assert [line["of"] for line in requests(root, Wanted())] == ["check"] * 4
    held = json.loads((root / "log.jsonl").read_bytes().splitlines()[-1])
    assert (held["by"], held["details"]["lines"]) == ("ann", 24)
    assert len(old_bundles(root, datetime.now(UTC) + timedelta(days=1))) == 1
