"""Each way in which evidence can be tampered with, and what it is told as."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from findings.database import open_writer
from findings.vault.chain import Action, Deed, Head, event_of, head_of, line_of
from findings.vault.examination import DOUBTS, EXPLAINED, REMARKS, Examined, Trouble, examine
from findings.vault.mirror import Mirror, mirror_of, take_in_log
from findings.vault.sealing import recipients_of, seal
from findings.vault.store import SEALED
from findings.vault.warc import warc_of
from tests.findings.vault.conftest import FINDING, LETTER, Safe, answered, change_log, pyrage


def troubles(result: Examined) -> set[Trouble]:
    return {noticed.trouble for noticed in result.noticed}


def files(safe: Safe) -> list[Path]:
    return sorted(safe.folder.glob(f"*{SEALED}"), key=lambda path: path.stat().st_size)


@pytest.fixture
def mirror(kept: Safe, empty_database: bytes) -> Mirror:
    """What a database has learned of the two."""
    database = kept.folder.with_name("findings.duckdb")
    database.touch(mode=0o600)
    database.write_bytes(empty_database)
    take_in_log(database)
    return mirror_of(database)


def test_every_trouble_is_explained() -> None:
    assert set(EXPLAINED) == set(Trouble)
    assert set(Trouble) > DOUBTS | REMARKS
    assert not DOUBTS & REMARKS


def test_a_vault_as_it_was_left_is_sound(kept: Safe, mirror: Mirror) -> None:
    result = examine(kept.vault, mirror, [kept.vault.head()], kept.responders)
    assert result.noticed == ()
    assert (result.events, result.files, result.opened, result.anchored) == (2, 2, 2, 2)
    assert result.is_sound


def swap(safe: Safe) -> None:
    small, large = files(safe)
    kept = small.read_bytes()
    small.write_bytes(large.read_bytes())
    large.write_bytes(kept)


def change_a_byte(safe: Safe) -> None:
    path = files(safe)[0]
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)


def seal_another(safe: Safe) -> None:
    """The public keys are no secret: anyone on the host can seal another letter to the responders."""
    another = warc_of(answered(b"forged" * 99), safe.circumstances(), "id", [FINDING])
    with files(safe)[0].open("wb") as out:
        seal(another, recipients_of(safe.recipients), out)


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda safe: files(safe)[0].unlink(), Trouble.FILE_MISSING),
        (lambda safe: files(safe)[0].write_bytes(b""), Trouble.FILE_CUT),
        (lambda safe: files(safe)[0].write_bytes(files(safe)[0].read_bytes()[:-1]), Trouble.FILE_CUT),
        (change_a_byte, Trouble.FILE_ALTERED),
        (seal_another, Trouble.FILE_ALTERED),
        (swap, Trouble.FILE_SWAPPED),
        (lambda safe: (safe.folder / f"20260301T000000Z-aaaa{SEALED}").write_bytes(b"x"), Trouble.FILE_NOT_LOGGED),
        (
            lambda safe: change_log(safe, lambda lines: [lines[0].replace(b"ann", b"bob"), lines[1]]),
            Trouble.CHAIN_BROKEN,
        ),
        (lambda safe: change_log(safe, lambda lines: lines[1:]), Trouble.CHAIN_BROKEN),
        (lambda safe: change_log(safe, lambda lines: lines[::-1]), Trouble.CHAIN_BROKEN),
        (lambda safe: change_log(safe, lambda lines: [lines[0], b"not JSON"]), Trouble.LINE_TORN),
    ],
)
def test_without_a_database_tampering_shows(kept: Safe, tamper: Callable[[Safe], object], told: Trouble) -> None:
    tamper(kept)
    result = examine(kept.vault)
    assert told in troubles(result)
    assert not result.is_sound
    assert result.is_broken == (not troubles(result) <= DOUBTS)


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda safe: change_log(safe, lambda lines: lines[:-1]), Trouble.LOG_CUT),
        (lambda safe: safe.log.unlink(), Trouble.LOG_CUT),
        (lambda safe: safe.log.write_bytes(b""), Trouble.LOG_CUT),
        (lambda safe: safe.log.write_bytes(safe.log.read_bytes()[:-10]), Trouble.LINE_ALTERED),
        (lambda safe: change_log(safe, lambda lines: [lines[0], b"not JSON"]), Trouble.LINE_ALTERED),
    ],
)
def test_with_the_database_a_log_that_was_cut_shows(
    kept: Safe, mirror: Mirror, tamper: Callable[[Safe], object], told: Trouble
) -> None:
    """These do not show, or only as a doubt, in the chain alone."""
    tamper(kept)
    result = examine(kept.vault, mirror)
    assert told in troubles(result)
    assert result.is_broken


def put_in_line(safe: Safe, **fields: object) -> None:
    """A line that follows, in place of one that Stray would write."""
    lines = safe.log.read_bytes().splitlines()
    held = json.loads(line_of(Deed(Action.CAPTURED, "eve", "r", "x1"), safe.clock(), head_of(lines)))
    change_log(safe, lambda known: [*known, json.dumps(held | fields).encode()])


CAPTURE = {
    **{"sha256": "a" * 64, "sealed_sha256": "b" * 64, "size": 5, "sealed_size": 5, "findings": [FINDING]},
    "fetched_at": "2026-03-01T00:00:00+00:00",
}


@pytest.mark.parametrize(
    "fields",
    [
        {"at": "0001-01-01T00:00:00+14:00", "details": CAPTURE},
        {"at": "9999-12-31T23:59:59-14:00", "details": CAPTURE},
        {"details": {}},
        {"details": CAPTURE | {"size": 10**30}},
        {"details": CAPTURE | {"sealed_size": -5}},
        {"details": CAPTURE | {"size": float("nan")}},
        {"details": CAPTURE | {"fetched_at": "0001-01-01T00:00:00+14:00"}},
        {"details": CAPTURE | {"fetched_at": 7}},
        {"details": CAPTURE | {"sha256": "a"}},
        {"details": CAPTURE | {"sealed_sha256": 7}},
        {"details": CAPTURE | {"findings": FINDING}},
        {"details": CAPTURE | {"findings": [7]}},
        {"details": CAPTURE, "evidence_id": "../../etc/passwd"},
        {"details": CAPTURE, "evidence_id": "a\0b"},
    ],
)
def test_a_line_that_follows_and_can_not_be_understood_is_told(
    kept: Safe, tmp_path: Path, fields: dict[str, object]
) -> None:
    put_in_line(kept, **fields)
    database = tmp_path / "findings.duckdb"
    assert not take_in_log(database).differs, "it stops no merge"
    result = examine(kept.vault, mirror_of(database))
    assert {(noticed.trouble, noticed.line) for noticed in result.noticed} == {(Trouble.LINE_MALFORMED, 3)}
    assert (result.is_broken, result.files) == (True, 2)


def test_a_capture_whose_file_is_not_there_is_told(kept: Safe) -> None:
    put_in_line(kept, details=CAPTURE)
    assert troubles(examine(kept.vault)) == {Trouble.FILE_MISSING}


def rewrite_log(safe: Safe) -> None:
    """The whole chain anew, of the first event only and an invented one: it holds in itself."""

    def anew(lines: list[bytes]) -> list[bytes]:
        first = event_of(lines[0])
        assert first is not None
        one = line_of(
            Deed(first.deed.action, "bob", "forged", first.deed.evidence_id, first.deed.details), first.at, Head()
        )
        return [one, line_of(Deed(Action.OPENED, "bob", "", "x"), first.at, Head(1, event_of(one).digest))]  # type: ignore[union-attr] # just written

    change_log(safe, anew)


def test_a_log_written_anew_shows_to_the_database_and_to_a_noted_head(kept: Safe, mirror: Mirror) -> None:
    noted = kept.vault.head()
    rewrite_log(kept)
    assert not troubles(examine(kept.vault)) - {Trouble.FILE_NOT_LOGGED}
    assert Trouble.LOG_REWRITTEN in troubles(examine(kept.vault, mirror))
    assert Trouble.HEAD_DIFFERS in troubles(examine(kept.vault, None, [noted]))


def test_a_log_cut_together_with_its_database_shows_to_a_noted_head_alone(kept: Safe) -> None:
    """Whoever can write to both can take away the end: said in docs/evidence.md, and why the head is to be noted."""
    noted = kept.vault.head()
    change_log(kept, lambda lines: lines[:1])
    next(path for path in files(kept) if path.stem.removesuffix(".warc") != kept.vault.all()[0].evidence_id).unlink()
    database = kept.folder.with_name("anew.duckdb")
    kept.folder.rename(kept.folder.with_name("anew.duckdb.vault"))
    kept.folder = kept.folder.with_name("anew.duckdb.vault")
    take_in_log(database)
    assert examine(kept.vault, mirror_of(database)).is_sound
    assert troubles(examine(kept.vault, mirror_of(database), [noted])) == {Trouble.LOG_CUT}


def test_a_database_that_says_something_else_shows(kept: Safe, mirror: Mirror) -> None:
    database = kept.folder.with_name("findings.duckdb")
    with open_writer(database) as connection:
        connection.execute("UPDATE sealed_evidence SET sealed_sha256 = 'x' WHERE event_number = 1")
    assert troubles(examine(kept.vault, mirror_of(database))) == {Trouble.DATABASE_DIFFERS}
    with open_writer(database) as connection:
        connection.execute("DELETE FROM sealed_evidence WHERE event_number = 1")
    assert troubles(examine(kept.vault, mirror_of(database))) == {Trouble.DATABASE_DIFFERS}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM evidence_log WHERE event_number = 1",
        "UPDATE evidence_log SET line = replace(line, 'ann', 'bob') WHERE event_number = 1",
        "UPDATE evidence_log SET done_by = 'somebody' WHERE event_number = 1",
        "UPDATE evidence_log SET happened_at = '2020-01-01' WHERE event_number = 1",
        "UPDATE sealed_evidence SET sha256 = repeat('0', 64) WHERE event_number = 1",
        "UPDATE sealed_evidence SET fetched_at = '2020-01-01' WHERE event_number = 1",
        "UPDATE sealed_evidence SET captured_by = 'mallory', recipients = ['age1mallory'] WHERE event_number = 1",
        "UPDATE sealed_evidence SET destroyed_at = '2026-01-01' WHERE event_number = 1",
        "DELETE FROM sealed_findings",
        "UPDATE sealed_findings SET finding_id = 'x' WHERE finding_id LIKE '3fa9%'",
    ],
)
def test_each_table_of_the_database_is_held_against_the_log(kept: Safe, mirror: Mirror, change: str) -> None:
    database = kept.folder.with_name("findings.duckdb")
    assert mirror == mirror_of(database)
    with open_writer(database) as connection:
        connection.execute(change)
    assert examine(kept.vault, mirror_of(database)).is_broken


def test_a_vault_that_is_written_to_meanwhile_is_no_doubt(kept: Safe) -> None:
    with ThreadPoolExecutor(1) as others:
        writing = others.submit(lambda: [kept.keep(LETTER * 9) for _ in range(40)])
        while not writing.done():
            assert examine(kept.vault).is_sound
        writing.result()


def test_a_copy_that_can_not_be_written_to_is_examined(kept: Safe) -> None:
    (kept.folder / "lock").unlink()
    assert examine(kept.vault).is_sound
    assert not (kept.folder / "lock").exists()


def test_what_a_kill_or_a_clock_can_do_is_a_doubt(kept: Safe, mirror: Mirror) -> None:
    with kept.log.open("ab") as file:
        file.write(b'{"number": 3,')
    result = examine(kept.vault, mirror)
    assert troubles(result) == {Trouble.LINE_TORN}
    assert not result.is_broken


def test_a_clock_that_was_set_back_is_remarked_on(kept: Safe, mirror: Mirror) -> None:
    kept.clock.now -= timedelta(seconds=2)
    kept.keep()
    assert troubles(examine(kept.vault, mirror)) == set()
    kept.clock.now = kept.clock.now.replace(year=2020)
    kept.keep()
    result = examine(kept.vault, mirror)
    assert troubles(result) == {Trouble.TIME_RUNS_BACK}
    assert result.is_sound


def test_something_else_under_the_same_digests_shows_when_opened(kept: Safe) -> None:
    """Forged from the beginning: sealed, logged and mirrored as if it were the letter."""
    path = kept.vault.path(kept.vault.all()[0].evidence_id)
    with path.open("wb") as out:
        forged = warc_of(answered(b"forged"), kept.circumstances(), "id", ["ff" * 16])
        digest, size = seal(forged, recipients_of(kept.recipients), out)

    def forge(lines: list[bytes]) -> list[bytes]:
        event = event_of(lines[0])
        assert event is not None
        details = {**event.deed.details, "sealed_sha256": digest, "sealed_size": size}
        return [line_of(Deed(event.deed.action, "ann", "", event.deed.evidence_id, details), event.at, Head())]

    change_log(kept, forge)
    assert not examine(kept.vault).is_broken
    opened = examine(kept.vault, identities=kept.responders)
    assert {noticed.detail for noticed in opened.noticed} >= {"its bytes", "its findings"}
    assert opened.is_broken


def test_a_key_that_opens_nothing_leaves_a_doubt(kept: Safe) -> None:
    result = examine(kept.vault, identities=[pyrage.x25519.Identity.generate()])
    assert troubles(result) == {Trouble.NOT_OPENED}
    assert not result.is_broken


def test_a_place_that_the_database_does_not_know_shows(kept: Safe, mirror: Mirror) -> None:
    first = kept.vault.all()[0]
    other = Mirror(
        mirror.lines, mirror.sealed, mirror.findings, {first.evidence_id: frozenset(["https://other.example.org/"])}
    )
    result = examine(kept.vault, other, identities=kept.responders)
    assert [(noticed.evidence_id, noticed.detail) for noticed in result.noticed] == [(first.evidence_id, "its address")]


def test_what_was_destroyed_and_is_there_again_is_told(kept: Safe) -> None:
    first = kept.vault.all()[0]
    content = kept.vault.sealed(first)
    kept.vault.destroy(first.evidence_id, "ann", "case closed")
    assert examine(kept.vault).is_sound
    kept.vault.path(first.evidence_id).write_bytes(content)
    assert troubles(examine(kept.vault)) == {Trouble.DESTROYED_STILL_THERE}
    kept.vault.destroy(first.evidence_id, "ann", "killed half way")
    assert examine(kept.vault).is_sound


def test_a_file_that_no_line_tells_of_can_be_destroyed_on_record(kept: Safe) -> None:
    stray = "20260301T000000Z-aaaa"
    kept.vault.path(stray).write_bytes(b"x")
    kept.vault.destroy(stray, "ann", "left by a kill")
    assert examine(kept.vault).is_sound
    assert kept.vault.head().number == 3


def test_nothing_that_is_told_holds_a_letter_or_a_place(kept: Safe, mirror: Mirror) -> None:
    swap(kept)
    told = repr(examine(kept.vault, mirror, identities=kept.responders)) + repr(kept.vault.all())
    assert "Quillfeather" not in told + repr(mirror)
    assert LETTER.decode() not in told
