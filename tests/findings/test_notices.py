"""No news is sent twice, whatever is killed; what failed waits."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from findings.errors import NoticesBusyError
from findings.notices import Outcome, opened_notices

KEYS = ("a:new:0", "b:new:0")


def test_what_was_sent_is_settled_and_what_failed_waits(tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    with opened_notices(database) as notices:
        assert not notices.known("mail")
        notices.end(notices.begin("mail", KEYS), Outcome.FAILED)
        assert notices.waiting("mail") == set(KEYS)
        notices.end(notices.begin("mail", KEYS[:1]), Outcome.SENT)
    with opened_notices(database) as notices:
        assert notices.known("mail")
        assert notices.settled("mail") == {KEYS[0]}
        assert notices.waiting("mail") == {KEYS[1]}
        assert notices.settled("chat") == notices.waiting("chat") == frozenset()
        assert notices.cut_off() == 0
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_cut_off_is_not_sent_again_and_is_counted(tmp_path: Path) -> None:
    with opened_notices(tmp_path / "d") as notices:
        notices.begin("mail", KEYS)
    with opened_notices(tmp_path / "d") as notices:
        assert notices.settled("mail") == set(KEYS)
        assert notices.waiting("mail") == frozenset()
        assert notices.cut_off() == 1


@pytest.mark.parametrize("torn", [b'{"attempt": "x", "serv', b"\x00\xff", b"[]\n", b'{"other": 1}\n'])
def test_a_torn_line_is_an_attempt_that_never_began(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "d.notices.jsonl"
    path.write_bytes(torn)
    with opened_notices(tmp_path / "d") as notices:
        notices.end(notices.begin("mail", KEYS), Outcome.SENT)
    with opened_notices(tmp_path / "d") as notices:
        assert notices.settled("mail") == set(KEYS)
        assert notices.cut_off() == 0


def test_one_process_at_a_time_sends(tmp_path: Path) -> None:
    with (
        opened_notices(tmp_path / "d"),
        pytest.raises(NoticesBusyError, match="another process is sending"),
        opened_notices(tmp_path / "d"),
    ):
        pass
