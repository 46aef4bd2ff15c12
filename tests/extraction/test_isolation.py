from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from documents.records import SkipReason
from extraction import landlock
from extraction.isolation import ExtractorPool, Readers
from extraction.records import Extraction
from extraction.sandbox import OPEN_FILES, IsolationLimits
from tests.extraction.hostile_readers import LIES, SURROGATES
from tests.extraction.samples import flate_bomb, pdf

HOSTILE = Readers("tests.extraction.hostile_readers:on_demand")
OF_ITSELF = Readers("tests.extraction.hostile_readers:of_itself")
OF_ITS_START = Readers("tests.extraction.hostile_readers:of_its_start")
HANG_OR_TELL = Readers("tests.extraction.hostile_readers:hang_or_tell")
TAKEN_OVER = Readers("tests.extraction.hostile_readers:taken_over")
OF_LONG_NAMES = Readers("tests.extraction.hostile_readers:of_long_names")
OF_SURROGATES = Readers("tests.extraction.hostile_readers:of_surrogates")
# A second is long for a document of a few words and short for a test.
SHORT = IsolationLimits(seconds=1.0, memory_bytes=1 << 30)
# Seconds until something that must happen counts as not happening.
PATIENCE = 30.0
needs_seccomp = pytest.mark.skipif(
    os.uname().machine not in {"x86_64", "aarch64"} or sys.platform != "linux", reason="no filter for this processor"
)
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


@pytest.fixture(scope="module")
def hostile() -> Iterator[ExtractorPool]:
    with ExtractorPool(1, SHORT, HOSTILE) as pool:
        yield pool


@pytest.fixture(scope="module")
def telling() -> Iterator[ExtractorPool]:
    with ExtractorPool(1, IsolationLimits(), OF_ITSELF) as pool:
        yield pool


def only_problem(extraction: Extraction) -> tuple[SkipReason, str]:
    (problem,) = extraction.problems
    return problem.reason, problem.detail


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"segfault", (SkipReason.PARSER_CRASHED, f"exit {-signal.SIGSEGV}")),
        (b"exit", (SkipReason.PARSER_CRASHED, "exit 3")),
        (b"leave", (SkipReason.PARSER_CRASHED, f"exit {-signal.SIGKILL}")),
        (b"raise", (SkipReason.PARSER_CRASHED, "ValueError")),
        (b"spin", (SkipReason.TIMED_OUT, "1 s")),
        (b"sleep", (SkipReason.TIMED_OUT, "1 s")),
        (b"hang in C with the interpreter locked", (SkipReason.TIMED_OUT, "1 s")),
        (b"eat", (SkipReason.BUDGET_SPENT, "memory")),
    ],
)
def test_one_document_harms_no_other(hostile: ExtractorPool, document: bytes, problem: tuple[SkipReason, str]) -> None:
    futures = [hostile.submit(data) for data in (b"before", document, b"after")]
    before, harmed, after = [future.result(PATIENCE) for future in futures]
    assert only_problem(harmed) == problem
    assert (before.text, after.text) == ("before", "after")


def test_a_bomb_that_only_the_memory_limit_stops() -> None:
    with ExtractorPool(1, IsolationLimits(memory_bytes=512 << 20)) as pool:
        bomb, letter = pool.submit(flate_bomb(50)), pool.submit(pdf())
        assert only_problem(bomb.result(PATIENCE))[0] is SkipReason.PARSER_CRASHED
        assert "Dear Dr Sample" in letter.result(PATIENCE).text


def test_a_document_too_large_is_refused_before_it_is_sent() -> None:
    with ExtractorPool(1, IsolationLimits(document_bytes=10)) as pool:
        assert only_problem(pool.extract(b"Dear Dr Sample")) == (SkipReason.TOO_LARGE, "more than 10")
        assert pool.extract(b"Dear Dr S").text == "Dear Dr S"


def test_large_documents_fit_through_and_into_the_memory_limit() -> None:
    data = b"Dear Dr Sample, thank you. " * (1 << 21)
    with ExtractorPool(1) as pool:
        extraction = pool.extract(data)
        assert only_problem(extraction) == (SkipReason.BUDGET_SPENT, "characters")


def test_workers_have_limits(telling: ExtractorPool) -> None:
    assert telling.extract(b"limits").text == f"0 0 {OPEN_FILES} {2 << 30}"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word is Linux's")
def test_workers_gain_no_privileges(telling: ExtractorPool) -> None:
    status = Path(f"/proc/{telling.extract(b'pid').text}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "CapPrm:\t0000000000000000" in status


def test_workers_write_no_files(telling: ExtractorPool, tmp_path: Path) -> None:
    assert telling.extract(f"write {tmp_path / 'file'}".encode()).text in {"OSError", "PermissionError"}


def test_files_are_cut_exactly_if_the_kernel_can(telling: ExtractorPool) -> None:
    telling.extract(b"pid")
    assert telling.files_cut is (landlock.version() > 0)


@needs_landlock
def test_workers_reach_no_key_and_no_other_process(telling: ExtractorPool, tmp_path: Path) -> None:
    key = tmp_path / "pack.key"
    key.write_text("a key")
    out_of_reach = [
        *(f"read {key}", f"list {tmp_path}", f"write {tmp_path / 'new'}", f"write {key}", "list /", "read /etc/passwd"),
        *(f"read /proc/{pid}/{name}" for pid in (os.getpid(), 1, "self") for name in ("mem", "environ", "cmdline")),
        f"list /proc/{os.getpid()}/fd",
        "run /bin/true",
    ]
    answers = {what: telling.extract(what.encode()).text for what in out_of_reach}
    assert answers == dict.fromkeys(out_of_reach, "PermissionError")
    assert key.read_text() == "a key"


@pytest.mark.skipif(landlock.version() < 6, reason="Landlock keeps signals in from its version 6 (Linux 6.12) on")
def test_workers_signal_nobody(telling: ExtractorPool) -> None:
    assert telling.extract(f"signal {os.getpid()}".encode()).text == "PermissionError"


@needs_seccomp
def test_workers_start_no_processes(telling: ExtractorPool) -> None:
    assert telling.extract(b"fork").text == "PermissionError"


@needs_seccomp
@pytest.mark.parametrize("what", ["mode", "times", "go", "memory"])
def test_workers_change_no_file_and_keep_no_memory_of_their_own(
    telling: ExtractorPool, what: str, tmp_path: Path
) -> None:
    kept = tmp_path / "letter.txt"
    kept.write_text("Dear Dr Sample")
    kept.chmod(0o640)
    before = kept.stat()
    where = tmp_path if what == "go" else kept
    assert telling.extract(f"{what} {where}".encode()).text == "PermissionError"
    assert (kept.stat().st_mode, kept.stat().st_mtime) == (before.st_mode, before.st_mtime)


@needs_seccomp
def test_workers_reach_no_socket_that_lies_among_the_files(telling: ExtractorPool, tmp_path: Path) -> None:
    name = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(name))
        server.listen()
        assert telling.extract(f"name {name}".encode()).text == "PermissionError"


def test_workers_see_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("VAULT_TOKEN", "secret")
    threads = {"OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    with ExtractorPool(1, readers=OF_ITS_START) as pool:
        assert set(pool.extract(b"environment").text.split()) <= {"LANG", "LC_CTYPE"} | threads


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    for name in ("struct", "json", "socket", "trafilatura", "lxml", "brotli", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(ran)!r}, 'a')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ExtractorPool(1, readers=OF_ITS_START) as pool:
        assert not {"", str(tmp_path)} & set(pool.extract(b"imports").text.split("\n"))
    with ExtractorPool(1) as pool:
        assert pool.extract(b"Dear Dr Sample").text == "Dear Dr Sample"
    assert not ran.exists()


@pytest.mark.parametrize("how", ["pickle", "object", "length", "nested", "nothing", *LIES])
def test_a_worker_that_was_taken_over_is_not_believed(tmp_path: Path, how: str) -> None:
    ran = tmp_path / "ran"
    with ExtractorPool(1, IsolationLimits(), TAKEN_OVER) as pool:
        assert only_problem(pool.extract(f"{how}\n{ran}".encode()))[0] is SkipReason.PARSER_CRASHED
        assert pool.extract(b"the next document").text == "text"
    assert not ran.exists()


def test_a_worker_that_left_its_group_ends_with_its_document() -> None:
    with ExtractorPool(1, SHORT, HANG_OR_TELL) as pool:
        worker = int(pool.extract(b"pid").text)
        assert only_problem(pool.extract(b"leave the group and sleep")) == (SkipReason.TIMED_OUT, "1 s")
        assert not is_alive(worker)


def test_it_works_where_the_current_folder_was_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with ExtractorPool(1) as pool:
        assert pool.extract(b"Dear Dr Sample").text == "Dear Dr Sample"


def test_a_reader_that_can_not_be_loaded_is_a_problem() -> None:
    with ExtractorPool(1, readers=Readers("no.such:reader")) as pool:
        assert only_problem(pool.extract(b"Dear Dr Sample")) == (SkipReason.PARSER_CRASHED, "no worker")


def test_an_answer_with_more_places_than_are_taken_loses_the_places_and_no_text() -> None:
    with ExtractorPool(1, readers=OF_LONG_NAMES) as pool:
        extraction = pool.extract(b"")
    assert only_problem(extraction) == (SkipReason.BUDGET_SPENT, "1 places are more than an answer holds")
    assert extraction.text == "text"


def test_text_comes_back_as_it_was() -> None:
    with ExtractorPool(1, readers=OF_SURROGATES) as pool:
        assert pool.extract(b"").text == SURROGATES


def test_the_network_is_cut_exactly_if_the_pool_says_so(telling: ExtractorPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = telling.extract(f"connect {server.getsockname()[1]}".encode()).text
    assert telling.network_cut is (answer != "done")


def test_nothing_is_known_of_the_network_before_the_first_document() -> None:
    with ExtractorPool() as pool:
        assert pool.network_cut is None


def test_workers_say_nothing(capfd: pytest.CaptureFixture[str], telling: ExtractorPool) -> None:
    assert telling.extract(b"output").text == "written"
    assert capfd.readouterr() == ("", "")


def test_workers_have_the_parsers_before_the_first_document(telling: ExtractorPool) -> None:
    assert telling.extract(b"parsers").text == "pypdfium2 trafilatura"


def test_a_pool_that_may_have_nothing_to_read_starts_no_worker_before_a_document_comes() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
    with ExtractorPool(1, readers=OF_ITSELF, ahead=False):
        pass
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt == before
    with ExtractorPool(1, readers=OF_ITSELF, ahead=False) as pool:
        assert int(pool.extract(b"pid").text) > 0


def test_a_worker_that_dies_idle_is_replaced(telling: ExtractorPool) -> None:
    first = int(telling.extract(b"pid").text)
    os.kill(first, signal.SIGKILL)
    second = int(telling.extract(b"pid").text)
    assert second != first


def test_workers_are_renewed() -> None:
    with ExtractorPool(1, IsolationLimits(documents_per_worker=2), OF_ITSELF) as pool:
        pids = [pool.extract(b"pid").text for _ in range(6)]
    assert len(set(pids)) == 3


def test_a_hang_in_one_worker_leaves_the_other_at_work() -> None:
    pool = ExtractorPool(2, IsolationLimits(seconds=600), HOSTILE)
    hanging = pool.submit(b"sleep")
    assert [pool.extract(b"fine").text for _ in range(20)] == ["fine"] * 20
    assert not hanging.done()
    pool.close()
    assert only_problem(hanging.result(PATIENCE))[0] is SkipReason.INTERRUPTED


def test_closing_ends_what_is_queued_and_what_runs() -> None:
    pool = ExtractorPool(1, IsolationLimits(seconds=600), HOSTILE)
    futures = [pool.submit(b"first"), pool.submit(b"sleep"), pool.submit(b"never reached")]
    assert futures[0].result(PATIENCE).text == "first"
    pool.close()
    assert [only_problem(future.result(PATIENCE))[0] for future in futures[1:]] == [SkipReason.INTERRUPTED] * 2
    with pytest.raises(RuntimeError):
        pool.submit(b"too late")


def test_an_error_in_the_block_closes_the_pool() -> None:
    futures: list[Future[Extraction]] = []

    def sweep() -> None:
        with ExtractorPool(1, IsolationLimits(seconds=600), HOSTILE) as pool:
            futures.append(pool.submit(b"sleep"))
            raise KeyError("an error of ours")

    with pytest.raises(KeyError):
        sweep()
    assert only_problem(futures[0].result(PATIENCE))[0] is SkipReason.INTERRUPTED


def test_leaving_the_block_finishes_what_was_queued() -> None:
    with ExtractorPool(1, SHORT, HOSTILE) as pool:
        futures = [pool.submit(str(number).encode()) for number in range(20)]
    assert [future.result(0).text for future in futures] == [str(number) for number in range(20)]


def test_a_cancelled_document_is_left_out() -> None:
    with ExtractorPool(1, SHORT, HOSTILE) as pool:
        pool.submit(b"sleep")
        cancelled = pool.submit(b"cancelled")
        assert cancelled.cancel()
        assert pool.extract(b"next").text == "next"


def test_it_works_beside_an_event_loop() -> None:
    async def sweep() -> list[str]:
        with ExtractorPool(1) as pool:
            futures = [asyncio.wrap_future(pool.submit(b"Dear Dr Sample")) for _ in range(5)]
            return [(await future).text for future in futures]

    assert asyncio.run(sweep()) == ["Dear Dr Sample"] * 5


COMMAND = """
import sys
with open(sys.argv[1], "a") as log:
    log.write(__name__ + "\\n")
from extraction.isolation import ExtractorPool, Readers
def main():
    with ExtractorPool(1) as pool:
        sys.stdout.write(pool.extract(b"Dear Dr Sample").text)
if __name__ == "__main__":
    main()
"""


def test_a_command_that_uses_it_is_not_run_again_in_its_workers(tmp_path: Path) -> None:
    command, log = tmp_path / "stray-like", tmp_path / "log"
    command.write_text(COMMAND)
    done = subprocess.run(
        [sys.executable, str(command), str(log)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("Dear Dr Sample", "", 0)
    assert log.read_text() == "__main__\n"


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
from extraction.isolation import ExtractorPool, Readers
with ExtractorPool(1, readers=Readers("tests.extraction.hostile_readers:of_itself")) as pool:
    sys.stdout.write(pool.extract(b"limits").text)
"""


def test_stricter_limits_of_the_parent_are_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stdout == f"0 0 60 {3 << 29}", done.stderr


PARENT = """
import sys
from extraction.isolation import ExtractorPool, Readers
from extraction.sandbox import IsolationLimits
pool = ExtractorPool(1, IsolationLimits(seconds=3600), {reader!r})
print(pool.extract(b"pid").text, flush=True)
pool.extract(sys.argv[1].encode())
"""


@pytest.mark.parametrize("how", ["sleep", "spin", "hang in C with the interpreter locked"])
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's kill is Linux's")
def test_workers_die_with_a_parent_that_is_killed(how: str) -> None:
    program = PARENT.format(reader=HANG_OR_TELL)
    with subprocess.Popen([sys.executable, "-c", program, how], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert comes_true(lambda: Path(f"/proc/{worker}/comm").read_text() == "hanging\n")
        keeper = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        parent.kill()
    assert comes_true(lambda: not is_alive(worker) and not is_alive(keeper))


def comes_true(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    return what()


def is_alive(pid: int) -> bool:
    """Runs, or sleeps; a dead process that nobody has asked after is dead."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}
