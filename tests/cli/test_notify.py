"""`stray notify` and what `stray sweep` sends at its end: at most once per news, and never the end of anything."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ENVIRONMENT, run_stray
from tests.reports.test_notify import receiver

pytest.importorskip("apprise", reason="the extra [notify] is not installed")

ROOT = Path(__file__).parents[2]
SCOPE = """
organisation = "Example Hospital"
contact = "security@example.org"
[authority]
who = "J. Example"
reference = "IG-1"
expires = 2999-12-31
[pack]
path = "pack"
key = "pack.key"
[notify]
file = "notify.conf"
[[site]]
url = "https://www.example.org/"
tier = "own"
authority = "IG-1"
"""
Notify = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def notify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notify:
    """The command in a workspace with the example's findings; services are given as addresses."""
    monkeypatch.setitem(ENVIRONMENT, "NO_PROXY", "127.0.0.1")  # messages go by the environment's proxy, as they should
    shutil.copyfile(ROOT / "findings.duckdb.example", tmp_path / "findings.duckdb")
    (tmp_path / "findings.key").write_bytes(bytes(32))
    (tmp_path / "findings.key").chmod(0o600)
    (tmp_path / "scope.toml").write_text(SCOPE)

    def run(*arguments: str, to: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        (tmp_path / "notify.conf").write_text("\n".join(to))
        (tmp_path / "notify.conf").chmod(0o600)
        return run_stray("notify", *arguments, cwd=tmp_path)

    return run


def test_news_is_sent_once_and_says_no_place(notify: Notify, tmp_path: Path) -> None:
    with receiver() as (address, got):
        first = notify(to=(address,))
        second = notify(to=(address,))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "notified: line 1 (json)" in first.stderr
    assert second.stderr == ""
    (message,) = got
    text = json.dumps(message)
    assert "worst" in message["title"]
    assert "127.0.0.1" not in text.replace("127.0.0.1/hook", "")
    assert ".pdf" not in text
    assert "Mediscript" not in text
    record = tmp_path / "findings.duckdb.notices.jsonl"
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert "PlantedToken" not in record.read_text() + first.stderr


def test_what_one_service_refused_it_alone_is_sent_again(notify: Notify) -> None:
    with receiver() as (address, got), receiver(500) as (broken, refused):
        first = notify(to=(address, broken))
        assert first.returncode == 2
        assert "NOT NOTIFIED, will be tried again: line 2 (json)" in first.stderr
        second = notify(to=(address, broken))
        assert second.returncode == 2
    assert (len(got), len(refused)) == (1, 2)


def test_a_trial_reaches_everybody_and_is_no_news(notify: Notify, tmp_path: Path) -> None:
    with receiver() as (address, got):
        done = notify("--test", to=(address,))
    assert done.returncode == 0, done.stderr
    assert [message["title"] for message in got] == ["Stray: a test"]
    assert not (tmp_path / "findings.duckdb.notices.jsonl").exists()


def test_a_scope_that_names_nobody_says_so(notify: Notify, tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(SCOPE.replace('[notify]\nfile = "notify.conf"\n', ""))
    done = notify(to=())
    assert done.returncode == 2
    assert "names nobody to tell; add [notify]" in done.stderr


def test_a_file_that_others_may_read_is_refused(notify: Notify, tmp_path: Path) -> None:
    notify(to=("json://127.0.0.1:9/PlantedToken",))
    (tmp_path / "notify.conf").chmod(0o644)
    done = run_stray("notify", "--test", cwd=tmp_path)
    assert done.returncode == 2
    assert "others may read its passwords" in done.stderr
    assert "Planted" not in done.stderr
