from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from findings.records import StopCause
from scope import stop_files
from scope.guard import OPTED_OUT, Guard
from scope.loader import load_scope
from sweeps.gates import BROKEN_LOOKS, Closed, Gates, UnitGate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
SCOPE = """
organisation = "Example"
contact = "security@example.org"
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2026-12-31
[pack]
path = "pack"
key = "pack.key"
[opt_out]
file = "opt-out.txt"
[[site]]
url = "https://www.example.org/"
tier = "own"
authority = "IG-1"
[[site]]
url = "https://files.example.net/"
tier = "own"
authority = "IG-2"
expires = 2026-11-30
windows = ["Sat 10:00-11:00"]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(stop_files, "MACHINE_STOP", tmp_path / "etc" / "stop")
    (tmp_path / "opt-out.txt").write_text("www.never.example\n")
    (tmp_path / "scope.toml").write_text(SCOPE)
    return tmp_path / "scope.toml"


def edit(path: Path, text: str) -> None:
    """Written as an editor does, and later than what was there by any clock."""
    aside = path.with_suffix(".new")
    aside.write_text(text)
    aside.rename(path)


def cause(closed: Closed | None) -> StopCause | None:
    return closed.cause if closed else None


def test_authority_ends_at_midnight_utc_in_the_midst_of_a_sweep(file: Path) -> None:
    now = [datetime(2026, 12, 31, 23, 59, tzinfo=UTC)]
    gates = Gates(load_scope(file), file, clock=lambda: now[0])
    assert gates.closed() is None
    now[0] += timedelta(minutes=1)
    assert cause(gates.closed()) is StopCause.AUTHORITY


def test_a_target_may_have_an_authority_and_windows_of_its_own(file: Path) -> None:
    scope = load_scope(file)
    now = [NOON]
    gates = Gates(scope, file, clock=lambda: now[0])
    www, files = (UnitGate(scope, target, Guard(scope), clock=lambda: now[0]) for target in scope.site)
    assert www.closed() is None
    shut = files.closed()
    assert (cause(shut), shut and shut.opens) == (StopCause.WINDOW, datetime(2026, 11, 28, 10, tzinfo=UTC))
    now[0] = datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert files.closed() is None
    now[0] = datetime(2026, 12, 5, 10, tzinfo=UTC)
    assert gates.closed() is None
    guard = Guard(scope, now[0].date)
    assert guard.url("https://www.example.org/x") is None
    assert "2026-11-30" in str(guard.url("https://files.example.net/x"))


def test_all_windows_closed_is_the_sweeps_affair(file: Path) -> None:
    edit(file, SCOPE.replace("[opt_out]", '[schedule]\nwindows = ["Sun 10:00-11:00"]\n[opt_out]'))
    gates = Gates(load_scope(file), file, clock=lambda: NOON)
    shut = gates.closed()
    assert (cause(shut), shut and shut.opens) == (StopCause.WINDOW, datetime(2026, 11, 28, 10, tzinfo=UTC))
    edit(file, SCOPE)  # from now on the other site may be asked at any time
    assert gates.closed() is None


def test_who_waits_for_a_window_is_told_what_else_is_closed(file: Path) -> None:
    edit(file, SCOPE.replace("[opt_out]", '[schedule]\nwindows = ["Sun 10:00-11:00"]\n[opt_out]'))
    halted = threading.Event()
    halted.set()
    assert cause(Gates(load_scope(file), file, clock=lambda: NOON).wait_until_open(halted)) is StopCause.WINDOW
    moments = iter([NOON, NOON + timedelta(days=5)])
    gates = Gates(load_scope(file), file, clock=lambda: next(moments, datetime(2026, 11, 29, 10, 30, tzinfo=UTC)))
    assert gates.wait_until_open(threading.Event()) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026-12-31", "2026-11-23", StopCause.AUTHORITY),
        ('[authority]\nwho = "J. Example"\nreference = "IG-1"\nexpires = 2026-12-31\n', "", StopCause.AUTHORITY),
        ('[[site]]\nurl = "https://www.example.org/"\ntier = "own"\nauthority = "IG-1"\n', "", StopCause.SCOPE),
        ("https://www.example.org/", "https://www.example.org/part/", StopCause.SCOPE),
        ("[opt_out]\nfile = \"opt-out.txt\"\n", "", StopCause.OPT_OUT),
        ("2026-12-31", "2027-12-31", None),
        ('reference = "IG-1"', 'reference = "IG-1, page 2"', None),
        ("[opt_out]", "[limits]\nrequests = 7\n[opt_out]", None),
    ],
)  # fmt: skip
def test_what_narrows_an_edited_scope_stops_and_what_widens_it_does_not(
    file: Path, old: str, new: str, expected: StopCause | None
) -> None:
    gates = Gates(load_scope(file), file, clock=lambda: NOON)
    assert old in SCOPE
    edit(file, SCOPE.replace(old, new))
    assert cause(gates.closed()) is expected
    assert cause(gates.closed()) is expected, "once said, it stays said"


def test_a_scope_file_that_is_being_written_is_looked_at_again_before_it_counts(file: Path) -> None:
    gates = Gates(load_scope(file), file, clock=lambda: NOON)
    edit(file, SCOPE[:100])
    for _ in range(BROKEN_LOOKS - 1):
        assert gates.closed() is None
    edit(file, SCOPE)
    assert gates.closed() is None
    file.unlink()
    assert [cause(gates.closed()) for _ in range(BROKEN_LOOKS)][-1] is StopCause.SCOPE


def test_an_opt_out_takes_hold_while_a_unit_runs_and_a_broken_list_ends_it(file: Path) -> None:
    scope = load_scope(file)
    guard = Guard(scope)
    gate = UnitGate(scope, scope.site[0], guard, clock=lambda: NOON)
    assert gate.closed() is None
    assert guard.url("https://www.example.org/x") is None
    edit(file.with_name("opt-out.txt"), "www.example.org\n")
    assert gate.closed() is None
    denied = guard.url("https://www.example.org/x")
    assert denied is not None
    assert (denied.denial.value, denied.detail) == ("denied_by_guard", OPTED_OUT)
    edit(file.with_name("opt-out.txt"), "www.example.org\nwho knows\n")
    assert cause(gate.closed()) is StopCause.OPT_OUT
    assert guard.url("https://www.example.org/x") is not None, "what was understood last still holds"
    file.with_name("opt-out.txt").unlink()
    assert cause(gate.closed()) is StopCause.OPT_OUT


def test_a_list_that_was_never_on_this_machine_is_the_one_that_came_with_the_job(file: Path) -> None:
    scope = load_scope(file)
    file.with_name("opt-out.txt").unlink()
    guard = Guard(scope)
    assert UnitGate(scope, scope.site[0], guard, clock=lambda: NOON).closed() is None
    assert guard.url("https://www.never.example/") is not None


def test_a_stop_file_ends_a_sweep_and_each_unit_for_itself(file: Path) -> None:
    scope = load_scope(file)
    gates = Gates(scope, file, clock=lambda: NOON, look_seconds=0.01)
    told: list[Closed] = []
    ended, unit_stop = threading.Event(), threading.Event()

    def stop(closed: Closed) -> None:
        told.append(closed)
        ended.set()

    gate = UnitGate(scope, scope.site[0], Guard(scope), clock=lambda: NOON)
    with gates.watching(stop), gate.watching(unit_stop, 0.01):
        assert not unit_stop.is_set()
        stop_files.database_stop(scope.database.file).write_text('{"by": "ann", "why": "they rang"}')
        assert ended.wait(20)
        assert unit_stop.wait(20)
    assert [closed.cause for closed in told] == [StopCause.STOP_FILE]
    assert "ann" in told[0].detail
    assert gate.shut is not None
    assert "they rang" in gate.shut.detail


@pytest.mark.parametrize("held", ["[" * 4000, "9" * 4000, "{}" * 9, '{"by": 1, "at": 1e999}'])
def test_a_stop_file_stops_whatever_it_holds(file: Path, held: str) -> None:
    scope = load_scope(file)
    stop_files.database_stop(scope.database.file).write_text(held)
    assert cause(UnitGate(scope, scope.site[0], Guard(scope), clock=lambda: NOON).closed()) is StopCause.STOP_FILE


@pytest.mark.parametrize("added", [f"x = {'9' * 5000}", f"x = {'[' * 5000}"])
def test_a_scope_file_that_can_not_be_parsed_at_all_is_no_scope(file: Path, added: str) -> None:
    gates = Gates(load_scope(file), file, clock=lambda: NOON)
    file.write_text(file.read_text() + "\n" + added)
    assert [cause(gates.closed()) for _ in range(3)] == [None, None, StopCause.SCOPE]


def test_a_gate_that_can_not_be_looked_at_is_closed(file: Path) -> None:
    def clock() -> datetime:
        raise ZeroDivisionError

    scope, told, ended = load_scope(file), list[Closed](), threading.Event()

    def stop(closed: Closed) -> None:
        told.append(closed)
        ended.set()

    with Gates(scope, file, clock=clock, look_seconds=0.01).watching(stop):
        assert ended.wait(20)
    assert "ZeroDivisionError" in told[0].detail


def test_a_unit_outside_its_window_is_stopped_before_it_begins(file: Path) -> None:
    scope = load_scope(file)
    gate = UnitGate(scope, scope.site[1], Guard(scope), clock=lambda: NOON)
    stop = threading.Event()
    with gate.watching(stop, look_seconds=3600):
        assert stop.is_set()
    assert cause(gate.shut) is StopCause.WINDOW


def test_a_watch_that_saw_nothing_ends_with_its_block(file: Path) -> None:
    def never(_: Closed) -> None:
        pytest.fail("nothing is closed")

    before = threading.active_count()
    with Gates(load_scope(file), file, clock=lambda: NOON, look_seconds=0.001).watching(never):
        pass
    assert threading.active_count() == before


@pytest.mark.parametrize("held", [b"[" * 4000, b'{"at":' + b"9" * 4080, b'{"by":"\\ud800"}'])
def test_a_stop_file_that_can_not_be_read_ends_a_sweep_all_the_same(file: Path, held: bytes) -> None:
    scope = load_scope(file)
    causes: list[StopCause] = []
    ended, unit_stop = threading.Event(), threading.Event()

    def stop(closed: Closed) -> None:
        causes.append(closed.cause)
        ended.set()

    gate = UnitGate(scope, scope.site[0], Guard(scope), clock=lambda: NOON)
    with Gates(scope, file, clock=lambda: NOON, look_seconds=0.01).watching(stop), gate.watching(unit_stop, 0.01):
        stop_files.database_stop(scope.database.file).write_bytes(held)
        assert ended.wait(20)
        assert unit_stop.wait(20)
    assert causes == [StopCause.STOP_FILE]


@pytest.mark.parametrize("error", [RecursionError, MemoryError, ValueError, OSError, KeyError])
def test_whatever_keeps_a_gate_from_being_looked_at_closes_it(file: Path, error: type[Exception]) -> None:
    scope = load_scope(file)
    broken = threading.Event()

    def clock() -> datetime:
        if broken.is_set():
            raise error("secret")
        return NOON

    gates = Gates(scope, file, clock=clock, look_seconds=0.01)
    gate = UnitGate(scope, scope.site[0], Guard(scope), clock=clock)
    told: list[Closed] = []
    ended, unit_stop = threading.Event(), threading.Event()

    def stop(closed: Closed) -> None:
        told.append(closed)
        ended.set()

    with gates.watching(stop), gate.watching(unit_stop, 0.01):
        broken.set()
        assert ended.wait(20)
        assert unit_stop.wait(20)
    for closed in (*told, gate.shut, gates.closed(), gate.closed()):
        assert closed is not None
        assert error.__name__ in closed.detail
        assert "secret" not in closed.detail


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("expires = 2026-11-30", "expires = 2026-11-23", StopCause.AUTHORITY),
        ('authority = "IG-1"\n', 'authority = "IG-1"\nexpires = 2026-11-23\n', StopCause.AUTHORITY),
        ('authority = "IG-1"\n', 'authority = "IG-1"\nwindows = ["Sun 10:00-11:00"]\n', StopCause.WINDOW),
        ("[opt_out]", '[schedule]\nstop_file = "halt"\n[opt_out]', StopCause.STOP_FILE),
        ("expires = 2026-11-30", "expires = 2026-12-24", None),
        ('windows = ["Sat 10:00-11:00"]', "", None),
    ],
)
def test_what_an_edited_scope_takes_from_a_target_ends_the_sweep(
    file: Path, old: str, new: str, expected: StopCause | None
) -> None:
    file.with_name("halt").touch()
    gates = Gates(load_scope(file), file, clock=lambda: NOON)
    edit(file, SCOPE.replace(old, new))
    assert cause(gates.closed()) is expected
    assert cause(gates.closed()) is expected


def test_an_edited_last_day_of_a_target_counts_when_it_has_passed(file: Path) -> None:
    now = [NOON]
    gates = Gates(load_scope(file), file, clock=lambda: now[0])
    edit(file, SCOPE.replace("expires = 2026-11-30", "expires = 2026-11-24"))
    assert gates.closed() is None
    now[0] += timedelta(days=1)
    assert cause(gates.closed()) is StopCause.AUTHORITY
