"""Messages that reach a receiver, and hold counts, incident ids and severities alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from findings.news import News
from findings.reach_records import CanaryCheck, ReachChange, ReachChangeKind, ReachTold
from findings.records import FindingState, Severity
from reports.notify import NotifyError, alarms_of, message_of, send, services, trial_message, without_alarms

pytest.importorskip("apprise", reason="the extra [notify] is not installed")

# Apprise's mail plugin asks for a module of Python's that later versions lack.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NEWS = (
    News("a:new:0", FindingState.NEW, "a", Severity.CRITICAL, "49b4324a53c4"),
    News("b:reappeared:1", FindingState.REAPPEARED, "b", Severity.HIGH, "49b4324a53c4"),
    News("c:new:0", FindingState.NEW, "c", Severity.LOW, None),
)


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A local server that takes JSON; its address as apprise writes it, and what it has been sent."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/hook?token=PlantedToken", got
        finally:
            server.shutdown()
            thread.join()


def conf(tmp_path: Path, *lines: str, mode: int = 0o600) -> Path:
    path = tmp_path / "notify.conf"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(mode)
    return path


def test_a_message_holds_counts_incidents_and_severities() -> None:
    message = message_of(NEWS, "Example Hospital", "20260301T083000Z-00000000", 14)
    assert message.title == "Stray: 2 new and 1 back findings, worst critical"
    assert message.body.splitlines() == [
        "2 new and 1 back findings. By severity: 1 critical, 1 high, 1 low.",
        "",
        "incident 49b4324a53c4: 1 new and 1 back findings, worst critical",
        "Not seen by the sweep: 14 places or targets.",
        "Organisation: Example Hospital. Sweep 20260301T083000Z-00000000.",
        "On the sweeping host: stray findings list --since 7d",
    ]


def test_that_a_sweep_could_not_see_is_told_first_and_also_where_nothing_was_found() -> None:
    seen = datetime(2026, 3, 1, tzinfo=UTC)
    canary = CanaryCheck("c1", "Planted-Jane.pdf", "planted.example", "L-1", "u1", "missing", "not_met", seen)
    fell = ReachChange(
        "u2", "https://planted.example/", "planted.example", None, ReachChangeKind.FELL, "entries", 90, 1, 0,
        is_suspicious=True, is_accepted=False, before_sweep="s0",
    )  # fmt: skip
    found = replace(canary, outcome="found")
    reach = ReachTold(changes=(fell, replace(fell, detail="documents")), canaries=(canary, found))
    alarms = alarms_of(reach)
    assert [each.key for each in alarms] == ["alarm:canary:c1:2026-03-01T00:00:00+00:00", "alarm:fell:u2:s0"]
    alone = message_of((), "Example Hospital", "s1", 2, alarms)
    first = "SWEEP BROKEN: canary letters not found: 1"
    second = "SWEEP INCOMPLETE: targets that showed much less than before: 1"
    assert alone.title == f"Stray: {first}; {second}"
    assert alone.body.splitlines()[:2] == [f"{first}.", f"{second}."]
    assert alone.body.splitlines()[-1] == "On the sweeping host: stray findings reach"
    assert "lanted" not in alone.title + alone.body
    both = message_of(NEWS, "Example Hospital", "s1", 2, alarms[:1])
    assert both.title.endswith("canary letters not found: 1; 2 new and 1 back findings, worst critical")
    assert without_alarms(["a:new:0", *(each.key for each in alarms)]) == {"a:new:0"}
    assert alarms_of(ReachTold(canaries=(replace(canary, outcome="found"),))) == ()


def test_of_many_incidents_the_rest_is_counted() -> None:
    many = [News(f"{n}:new:0", FindingState.NEW, f"{n}", Severity.LOW, f"{n:012x}") for n in range(30)]
    body = message_of(many, "Example Hospital", "s", 0).body
    assert body.count("incident 0") == 10
    assert "and 20 incidents more" in body


def test_it_reaches_every_service_and_a_refusal_is_known(tmp_path: Path) -> None:
    with receiver() as (address, got), receiver(500) as (broken, refused):
        path = conf(tmp_path, "# who hears of it", "", address, broken)
        first, second = services(path)
        assert (first.name, second.name) == ("line 3 (json)", "line 4 (json)")
        assert "Planted" not in repr((first, second))
        message = message_of(NEWS, "Example Hospital", "s", 0)
        assert send(first, message) is True
        assert send(second, message) is False
    assert (got[0]["title"], got[0]["message"]) == (message.title, message.body)
    assert len(refused) == 1
    assert send(first, trial_message("Example Hospital")) is False  # nobody listens any more


def test_nothing_of_an_address_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with receiver(500) as (address, _got):
        (service,) = services(conf(tmp_path, address))
        send(service, trial_message("Example Hospital"))
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize(
    ("lines", "mode", "message"),
    [
        (["json://127.0.0.1/"], 0o644, "others may read its passwords"),
        (["# nobody"], 0o600, "names no service"),
        (["json://127.0.0.1/", "planted://user:PlantedPassword@host"], 0o600, "line 2 is no address"),
        (["PlantedPassword"], 0o600, "line 1 is no address"),
    ],
)
def test_a_file_that_does_not_do_is_refused_without_its_text(
    tmp_path: Path, lines: list[str], mode: int, message: str
) -> None:
    with pytest.raises(NotifyError, match=message) as caught:
        services(conf(tmp_path, *lines, mode=mode))
    assert "Planted" not in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match="can not be read: No such file"):
        services(tmp_path / "notify.conf")
