from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo_range.letters import House, letter
from documents.body import Body
from documents.records import Document, InnerFile, Skipped, SkipReason
from findings.errors import DatabaseMissingError, SweepRunningError
from findings.lock import SweepLock
from findings.merge import merge
from findings.query import open_findings, sweep_summary
from findings.records import FindingState, SweepKind
from findings.rows import Judged, file_of
from findings.settled import Settled
from findings.spool_folders import spool_root
from matchers.keys import PackKey, create_key
from matchers.matcher import Matcher
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_life import Change, change_pack
from matchers.sketch import Sketcher
from matchers.verdicts import Piece, Verdict
from scope.model import DatabaseFiles, PackFiles, Scope
from sweeps.rematching import rematch, seen, settle
from tests.findings.conftest import HOST, Estate, unit_record

LETTERS = 40
PLAIN = "A page about gardens, seeds and the weather in spring. " * 20


def text_of(number: int) -> str:
    return letter(House.IVF, number, 1).text


@dataclass
class Ground:
    """A pack, a database, and sweeps that see texts with the pack as it is at the time."""

    folder: Path
    estate: Estate = field(init=False)
    key: PackKey = field(init=False)

    def __post_init__(self) -> None:
        self.estate = Estate(self.folder / "findings.duckdb")
        self.scope.database.key.write_bytes(self.estate.key.secret)
        self.scope.database.key.chmod(0o600)
        self.key = create_key(self.folder / "pack.key")
        build_pack(self._letters(range(LETTERS)), self.scope.pack.path, self.key)

    @property
    def scope(self) -> Scope:
        return Scope(
            organisation="Example Hospital",
            contact="contact@example.org",
            pack=PackFiles(path=self.folder / "pack", key=self.folder / "pack.key"),
            database=DatabaseFiles(file=self.folder / "findings.duckdb", key=self.folder / "findings.key"),
        )

    @property
    def pack(self) -> Pack:
        return open_pack(self.scope.pack.path, self.key)

    def _letters(self, numbers: Sequence[int]) -> list[Letter]:
        return [Letter(f"L{number}", text_of(number)) for number in numbers]

    def add(self, *numbers: int) -> None:
        change_pack(self.scope.pack.path, self.key, Change(self._letters(numbers)))

    def erase(self, *names: str) -> None:
        change_pack(self.scope.pack.path, self.key, Change(erase=names))

    def sweep(self, *found: tuple[str, str | Sequence[Piece]] | Skipped, sketched: bool = True) -> str:
        """One sweep of documents at these paths, judged and sketched as a worker does it."""
        pack = self.pack
        sweep = self.estate.begin()
        sweep = replace(sweep, record=replace(sweep.record, pack_check=pack.pack_id))
        header = sweep.folder.header_file
        header.write_text(header.read_text().replace('"pack_check": ""', f'"pack_check": "{pack.pack_id}"'))
        unit = self.estate.open_unit(sweep)
        matcher, sketcher = Matcher(pack), Sketcher(pack)
        for what in found:
            if isinstance(what, Skipped):
                unit.skipped(what)
                continue
            path, text = what
            pieces = [Piece("", text)] if isinstance(text, str) else list(text)
            body = Body.from_chunks(["\0".join(piece.text for piece in pieces).encode()], limit=1 << 22)
            body.close()
            document = Document(f"{HOST}{path}", body, self.estate.now + timedelta(minutes=1))
            sketch = sketcher.stored(pieces, body.sha256, False, file_of) if sketched else None
            inner = tuple(
                InnerFile(file_of(piece.path), "text/plain", 1, body.sha256) for piece in pieces if piece.path
            )
            unit.document(document, Judged("text/plain", matcher.match(pieces), inner, sketch=sketch))
        unit.finish(self.estate.outcome())
        sweep.finish(self.estate.end())
        merge(self.estate.root, self.estate.database)
        return sweep.record.sweep_id


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def test_a_letter_added_later_is_found_where_it_was_seen(ground: Ground) -> None:
    swept = ground.sweep(("/1/a.txt", text_of(100)), ("/1/known.txt", text_of(3)), ("/1/plain.txt", PLAIN))
    ground.add(100, 101)
    comparison, places = seen(ground.estate.database, ground.pack, ["L100", "L101"])
    assert [(place.letter_id, place.url, place.is_known) for place in places] == [("L100", f"{HOST}/1/a.txt", False)]
    assert comparison.is_complete

    done = rematch(ground.scope, ground.pack, "0.1.0")
    assert (done.found, done.comparison.is_complete) == (1, True)
    (found,) = [row for row in open_findings(ground.estate.database) if row.letter_id == "L100"]
    assert found.verdict is Verdict.KNOWN_LETTER
    assert found.state is FindingState.NEW
    at = ground.estate.now + timedelta(minutes=1)
    assert (found.first_seen, found.last_seen) == (at, at), "when it was seen, not when it was compared"
    told = sweep_summary(ground.estate.database, done.sweep_id)
    assert (told.kind, told.findings[FindingState.NEW], told.documents) == (SweepKind.REMATCH, 1, 0)
    ((basis, seen_at, last_sweep, reasons),) = ground.estate.ask(
        "SELECT basis, seen_at, last_sweep, reasons FROM findings JOIN sightings USING (finding_id) "
        "WHERE letter_id = 'L100'"
    )
    assert (basis, seen_at, last_sweep) == ("rematched", at, swept)
    assert "by its sketch" in reasons[0]
    assert ground.estate.ask(
        "SELECT count(*) FROM evidence JOIN findings USING (finding_id) WHERE letter_id = 'L100'"
    ) == [(1,)]

    contents = ground.estate.contents()
    again = rematch(ground.scope, ground.pack, "0.1.0")
    assert (again.found, again.sweep_id) == (0, "")
    assert ground.estate.contents() == contents, "run again it changes nothing"


def test_what_was_heard_of_the_place_since_then_counts(ground: Ground) -> None:
    paths = ["/1/gone.txt", "/1/slow.txt", "/1/unmet.txt", "/1/changed.txt"]
    ground.sweep(*((path, text_of(100) + f"\n{number}") for number, path in enumerate(paths)))
    ground.sweep(
        Skipped(f"{HOST}/1/gone.txt", SkipReason.NOT_FOUND, "404"),
        Skipped(f"{HOST}/1/slow.txt", SkipReason.TIMED_OUT, ""),
        ("/1/changed.txt", PLAIN),
    )
    ground.add(100)
    done = rematch(ground.scope, ground.pack, "0.1.0")
    rows = ground.estate.ask(
        "SELECT url, presence, basis FROM findings JOIN sightings USING (finding_id) "
        "WHERE letter_id = 'L100' ORDER BY url"
    )
    assert rows == [
        (f"{HOST}/1/changed.txt", "unknown", "fetched_without_match"),
        (f"{HOST}/1/gone.txt", "unknown", "not_found"),
        (f"{HOST}/1/slow.txt", "unknown", "timed_out"),
        (f"{HOST}/1/unmet.txt", "unknown", "not_met"),
    ]
    assert sweep_summary(ground.estate.database, done.sweep_id).findings[FindingState.UNKNOWN] == 4


def test_a_file_inside_is_the_place_that_a_sweep_would_name(ground: Ground) -> None:
    pieces = [Piece("!/day1/a.txt", PLAIN), Piece("!/day1/b.txt", text_of(100))]
    ground.sweep(("/1/day.zip", pieces))
    ground.add(100)
    rematch(ground.scope, ground.pack, "0.1.0")
    by_sketch = ground.estate.ask("SELECT finding_id, member FROM findings WHERE letter_id IS NOT NULL")
    ground.sweep(("/1/day.zip", pieces))
    assert ground.estate.ask("SELECT finding_id, member FROM findings WHERE letter_id IS NOT NULL") == by_sketch
    assert by_sketch[0][1] == "!/day1/b.txt"
    assert ground.estate.ask(
        "SELECT basis FROM sightings JOIN findings USING (finding_id) WHERE letter_id IS NOT NULL ORDER BY seen_at"
    ) == [("rematched",), ("matched",)]


def test_places_without_a_sketch_are_told(ground: Ground) -> None:
    ground.sweep(("/1/a.txt", text_of(100)), sketched=False)
    ground.add(100)
    done = rematch(ground.scope, ground.pack, "0.1.0")
    assert (done.found, done.comparison.is_complete, done.comparison.counts.missing) == (0, False, 1)


def test_which_verdicts_stand_with_a_changed_pack(ground: Ground) -> None:
    ground.sweep(("/1/a.txt", text_of(100)), ("/1/known.txt", text_of(3)), ("/1/plain.txt", PLAIN))
    digests = dict(ground.estate.ask("SELECT url, sha256 FROM documents"))
    a, known, plain = (digests[f"{HOST}/1/{name}.txt"] for name in ("a", "known", "plain"))
    assert settle(ground.estate.database, ground.pack)
    assert not settle(ground.estate.database, ground.pack), "once for each generation"

    ground.add(100)
    generation = ground.pack.manifest.generation
    assert not Settled.read(ground.estate.database, generation).holds(plain), "of another generation"
    settle(ground.estate.database, ground.pack)
    settled = Settled.read(ground.estate.database, generation)
    assert [settled.holds(digest) for digest in (a, known, plain)] == [False, True, True]
    assert ground.estate.ask("SELECT count(*) FROM findings WHERE letter_id = 'L100'") == [(0,)], "nothing is recorded"

    ground.add(101)  # what has not been fetched since stays refused, though the letter is not new any more
    settle(ground.estate.database, ground.pack)
    settled = Settled.read(ground.estate.database, ground.pack.manifest.generation)
    assert [settled.holds(digest) for digest in (a, known, plain)] == [False, True, True]

    ground.estate.days = 4000  # fetched now, later than the file says
    ground.sweep(("/1/a.txt", text_of(100)))
    ground.erase("L3")
    settle(ground.estate.database, ground.pack)
    settled = Settled.read(ground.estate.database, ground.pack.manifest.generation)
    assert [settled.holds(digest) for digest in (a, known, plain)] == [True, False, True], "its letter was erased"
    path = ground.estate.database.with_name("findings.duckdb.memory") / "settled"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes()[:-3])
    assert not Settled.read(ground.estate.database, ground.pack.manifest.generation).holds(plain), (
        "torn: nothing stands"
    )


def test_another_sweep_or_no_database_is_told(ground: Ground) -> None:
    with pytest.raises(DatabaseMissingError):
        seen(ground.estate.database, ground.pack, ["L1"])
    ground.sweep(("/1/a.txt", text_of(100)))
    with SweepLock(spool_root(ground.estate.database)), pytest.raises(SweepRunningError):
        rematch(ground.scope, ground.pack, "0.1.0")


_KILLED = """
import sys
from pathlib import Path
import findings.rematch
from matchers.keys import load_key
from matchers.pack import open_pack
from scope.model import DatabaseFiles, PackFiles, Scope
import sweeps.rematching as rematching
folder, step = Path(sys.argv[1]), sys.argv[2]
import os, signal
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if step == "before":
    findings.rematch._record_sweep = die
elif step == "derive":
    findings.rematch.derive = die
else:
    rematching.Settled.write = die
scope = Scope(
    organisation="Example Hospital", contact="contact@example.org",
    pack=PackFiles(path=folder / "pack", key=folder / "pack.key"),
    database=DatabaseFiles(file=folder / "findings.duckdb", key=folder / "findings.key"),
)
rematching.rematch(scope, open_pack(scope.pack.path, load_key(scope.pack.key)), "0.1.0")
"""


def test_killed_at_any_step_it_is_whole_or_not_there(ground: Ground) -> None:
    ground.sweep(("/1/a.txt", text_of(100)))
    ground.add(100)
    for step, recorded in (("before", 0), ("derive", 0), ("settled", 1)):
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, str(ground.folder), step], env=os.environ, capture_output=True, check=False
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        counts = ground.estate.ask(
            "SELECT count(*), count(sightings.finding_id), count(finding_states.finding_id), "
            "(SELECT count(*) FROM sweeps WHERE kind = 'rematch') FROM findings "
            "LEFT JOIN sightings USING (finding_id) LEFT JOIN finding_states USING (finding_id) "
            "WHERE letter_id = 'L100'"
        )
        assert counts == [(recorded,) * 4]
    assert rematch(ground.scope, ground.pack, "0.1.0").found == 0
    assert unit_record().unit_id == ground.estate.ask("SELECT unit_id FROM findings")[0][0]
