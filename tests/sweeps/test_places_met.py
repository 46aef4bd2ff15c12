"""Places of FTP servers and buckets that were there: rows of docs/gone.md asked of real servers that answer so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest

from documents.records import Document, Entry, Skipped
from documents.sink import NoBuckets
from documents.unchanged import Unchanged, UnchangedBasis
from fetching.known_places import KnownPlace
from findings.merge import merge
from matchers.verdicts import Verdict
from sweeps.places_met import PlacesMet
from tests.bucket_probes.conftest import BUCKET, Asked, Liar, Reply, error, listing
from tests.cli.conftest import run_stray
from tests.crawler.ftp.conftest import Conversation, Crook, CrookedServer
from tests.findings.conftest import HOST, Estate
from tests.sweeps.test_host_checks import letter_text

LETTER = letter_text().encode()
ABOUT = {"about.txt": b"Opening hours: ten to four.", "other.txt": b"Parking is behind the house."}
# What became of a file: whether its folder still lists it, and the answer to who asks for it; None for the file itself.
FTP_AFTERWARDS: dict[str, tuple[bool, str | None]] = {
    "still.txt": (True, None),
    "unlisted.txt": (False, None),
    "missing.txt": (True, "550 No such file or directory"),
    "taken.txt": (False, "550 No such file or directory"),
    "denied.txt": (True, "550 Permission denied"),
    "mute.txt": (True, "550 nope"),
}
FTP_SAID = {
    "still.txt": ("present", "same_digest", "open"),
    "unlisted.txt": ("present", "matched", "open"),
    "missing.txt": ("gone", "not_found", "unknown"),
    "taken.txt": ("gone", "not_found", "gone"),
    "denied.txt": ("gone", "access_denied", "unknown"),
    "mute.txt": ("gone", "access_denied", "unknown"),
}
KEY_AFTERWARDS: dict[str, tuple[bool, tuple[int, str] | None]] = {
    "still.txt": (True, None),
    "unlisted.txt": (False, None),
    "missing.txt": (True, (404, "NoSuchKey")),
    "taken.txt": (False, (404, "NoSuchKey")),
    "denied.txt": (True, (403, "AccessDenied")),
}
KEY_SAID = {
    "still.txt": ("present", "same_digest", "open"),
    "unlisted.txt": ("present", "matched", "open"),
    "missing.txt": ("gone", "not_found", "unknown"),
    "taken.txt": ("gone", "not_found", "gone"),
    "denied.txt": ("gone", "access_denied", "unknown"),
}


@contextmanager
def ftp_server(names: list[str]) -> Iterator[Crook]:
    crook = Crook({f"/{name}": LETTER for name in names} | {f"/{name}": text for name, text in ABOUT.items()})
    with CrookedServer(("127.0.0.1", 0), Conversation) as server:
        server.crook = crook
        crook.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield crook
        crook.released.set()
        server.shutdown()
        thread.join()


class Answers:
    """A bucket of letters whose answers change."""

    def __init__(self, names: list[str]) -> None:
        self.files = dict.fromkeys(names, LETTER) | ABOUT
        self.listed = set(self.files)
        self.answers: dict[str, tuple[int, str]] = {}
        self.to_all: tuple[int, str] | None = None

    def says(self, asked: Asked) -> Reply:
        if self.to_all is not None:
            return error(*self.to_all)
        key = asked.path.removeprefix(f"/{BUCKET}").removeprefix("/")
        if not key:
            return self._of_bucket(asked)
        if key in self.answers or key not in self.files:
            return error(*self.answers.get(key, (404, "NoSuchKey")))
        return Reply(200, self.files[key], {"Content-Type": "text/plain"})

    def _of_bucket(self, asked: Asked) -> Reply:
        if asked.query.keys() <= {"list-type", "encoding-type", "max-keys", "prefix"}:
            return listing(*sorted(self.listed), size=len(LETTER), about=27, other=28)
        return error(403, "AccessDenied")


@contextmanager
def bucket_server(answers: Answers) -> Iterator[Liar]:
    with closing(Liar()) as liar:
        liar.says = answers.says
        yield liar


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    (folder / "letters").mkdir()
    (folder / "letters" / "L-1.txt").write_bytes(LETTER)
    built = run_stray("pack", "build", "letters", "--pack", "pack", "--key", "pack.key", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder


def _sweep(folder: Path, targets: list[str]) -> None:
    last_day = datetime.now(UTC).date() + timedelta(days=30)
    (folder / "scope.toml").write_text(
        'organisation = "Example Hospital"\ncontact = "https://example.org/scan"\n\n'
        f'[authority]\nwho = "A. Example"\nreference = "T-1"\nexpires = {last_day}\n\n'
        '[pack]\npath = "pack"\nkey = "pack.key"\n\n[network]\nprivate_addresses = ["127.0.0.1/32"]\n\n'
        "[limits]\nrequests_per_second = 500\n\n" + "".join(targets)
    )
    told = run_stray("sweep", cwd=folder)
    assert told.returncode in (10, 11, 12, 20, 21, 22, 23), told.stderr


def _answers(folder: Path, base: str) -> dict[str, tuple[str, ...]]:
    """By name of the place: the latest answer, what it rests on, and the state."""
    with duckdb.connect(str(folder / "findings.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT url, sightings.presence, sightings.basis, status.state FROM finding_status AS status "
            "JOIN sightings USING (finding_id) WHERE sightings.sweep_id = (SELECT max(sweep_id) FROM sweeps)"
        ).fetchall()
    return {str(url).removeprefix(base): tuple(rest) for url, *rest in rows if str(url).startswith(base)}


Trick = Callable[[Conversation, str], None]


def _retr(answers: dict[str, str], to_all: str = "") -> Trick:
    def answer(conversation: Conversation, argument: str) -> None:
        if said := to_all or answers.get(argument.rpartition("/")[2]):
            conversation.say(said)
        else:
            conversation.on_retr(argument)

    return answer


def _without(unlisted: set[str], conversation: Conversation, argument: str) -> None:
    kept = [row for row in conversation.rows().splitlines(keepends=True) if row.split()[-1].decode() not in unlisted]
    conversation.send(b"".join(kept))


@pytest.mark.slow
def test_each_answer_of_an_ftp_server_and_of_a_bucket_is_taken_for_what_it_is_worth(packed: Path) -> None:
    fair_bucket, shut = (Answers(list(KEY_AFTERWARDS)) for _ in range(2))
    with ExitStack() as running:
        ftps = [running.enter_context(ftp_server(list(FTP_AFTERWARDS))) for _ in range(2)]
        liars = [running.enter_context(bucket_server(each)) for each in (fair_bucket, shut)]
        targets = [f'[[ftp]]\nurl = "{crook.url}"\ntier = "own"\nauthority = "T-1"\n\n' for crook in ftps]
        targets += [
            f'[[bucket]]\nprovider = "s3"\nname = "{BUCKET}"\nendpoint = "{liar.url}"\ntier = "own"\n'
            'authority = "T-1"\n\n'
            for liar in liars
        ]
        _sweep(packed, targets)
        for base in [crook.url for crook in ftps]:
            assert {answer[2] for answer in _answers(packed, base).values()} == {"new"}, base

        fair, turning_away = ftps
        fair.tricks["RETR"] = _retr({name: said for name, (_, said) in FTP_AFTERWARDS.items() if said})
        gone = {name for name, (is_listed, _) in FTP_AFTERWARDS.items() if not is_listed}
        fair.tricks["LIST"] = fair.tricks["NLST"] = partial(_without, gone)
        turning_away.tricks["RETR"] = _retr({}, "550 Permission denied")
        fair_bucket.answers = {name: said for name, (_, said) in KEY_AFTERWARDS.items() if said}
        fair_bucket.listed -= {name for name, (is_listed, _) in KEY_AFTERWARDS.items() if not is_listed}
        shut.to_all = (403, "AccessDenied")
        _sweep(packed, targets)
    assert _answers(packed, fair.url) == FTP_SAID
    assert _answers(packed, f"{liars[0].url}/{BUCKET}/") == KEY_SAID
    for base in (turning_away.url, f"{liars[1].url}/{BUCKET}/"):
        assert set(_answers(packed, base).values()) == {("unknown", "host_refuses", "unknown")}, base


PLACE = KnownPlace(f"{HOST}/1/p.html", None, "ab" * 32, ("f" * 32,))
PAGES = [f"/1/{number}.html" for number in range(3)]


class Passed(NoBuckets):
    def entry(self, entry: Entry) -> None:
        """Nothing is kept."""

    def listed(self, entries: Sequence[Entry]) -> None:
        """Nothing is kept."""

    def document(self, document: Document) -> None:
        """Nothing is kept."""

    def skipped(self, skipped: Skipped) -> None:
        """Nothing is kept."""


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path / "findings.duckdb")


def as_it_was(estate: Estate, path: str, findings: tuple[str, ...] = (), parent: str | None = PLACE.url) -> Entry:
    unchanged = Unchanged(UnchangedBasis.NOT_MODIFIED, Verdict.CLEAR.value, findings)
    return estate.entry(path, parent=parent, unchanged=unchanged)


@pytest.mark.parametrize("is_met", [True, False])
def test_a_place_that_is_met_and_links_to_others_holds_what_it_held(estate: Estate, is_met: bool) -> None:
    sweep = estate.begin()
    unit = estate.open_unit(sweep)
    met = PlacesMet(Passed(), [PLACE], unit)
    met.listed([as_it_was(estate, path) for path in PAGES])
    if is_met:
        met.entry(as_it_was(estate, "/1/p.html", PLACE.finding_ids, None))
    met.tell_led_elsewhere()
    unit.finish(estate.outcome())
    sweep.finish(estate.end())
    merge(estate.root, estate.database)
    told = estate.ask("SELECT url, turn, detail FROM host_checks")
    assert told == ([] if is_met else [(PLACE.url, "place", "as_it_was")]), "once, whatever it leads to"
