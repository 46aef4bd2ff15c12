"""What a sweep makes of places that were there: each row of docs/gone.md asked of a real server that answers so."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import run_stray

_WORDS = [
    f"{a}{b}{c}" for a in ("pel", "dor", "mun", "sil", "tra") for b in ("a", "i", "o") for c in ("ven", "rik", "tus")
]
NOT_HERE = "<html><title>Oops</title><body><h1>Sorry</h1><p>We looked everywhere and could not find that page for you."
LOGIN = (
    "<html><body><form><p>Sign in to the portal of the archive</p><input type='password' name='p'></form></body></html>"
)
HOME = "<html><body><p>Welcome to our new home, where nothing is as it was before, with many words</p></body></html>"


def letter_text() -> str:
    chance = random.Random(7)  # noqa: S311 - the same letter in every run
    return " ".join(chance.choice(_WORDS) + str(chance.randrange(100)) for _ in range(250))


Reply = tuple[int, dict[str, str], str]
CACHED = {"X-Cache": "HIT", "Age": "300"}


@dataclass
class Host:
    """A folder of files, whose answers change."""

    files: dict[str, str]
    listed: set[str] = field(default_factory=set)
    replies: dict[str, Reply] = field(default_factory=dict)
    to_all: Reply | None = None
    soft: bool = False
    cache: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.listed = set(self.files)

    def reply(self, path: str) -> Reply:
        if path in self.cache:
            return self.cache[path]
        name = path.removeprefix("/").partition("?")[0]
        if self.to_all is not None:
            return self.to_all
        if name in self.replies:
            return self.replies[name]
        if not name:
            rows = "".join(f'<a href="{each}">{each}</a>  01-Jan-2025 10:00  100\r\n' for each in sorted(self.listed))
            top = "<html><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre>"
            return 200, {"Content-Type": "text/html"}, f'{top}<a href="../">../</a>\r\n{rows}</pre><hr></body></html>'
        if name in self.files:
            return 200, {"Content-Type": "text/plain"}, self.files[name]
        return (200, {"Content-Type": "text/html"}, NOT_HERE) if self.soft else (404, {}, "no")


@contextmanager
def serving(*hosts: Host) -> Iterator[None]:
    servers = [_server(host) for host in hosts]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _server(host: Host) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            status, headers, body = host.reply(self.path)
            if status == 0:  # the connection breaks off
                self.close_connection = True
                return
            data = body.encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}/"
    return server


def scope_of(hosts: Sequence[Host]) -> str:
    targets = "".join(
        f'[[site]]\nurl = "{host.url}"\nkind = "open_directory"\ntier = "own"\nauthority = "T-1"\n\n' for host in hosts
    )
    last_day = datetime.now(UTC).date() + timedelta(days=30)
    return (
        'organisation = "Example Hospital"\ncontact = "https://example.org/scan"\n\n'
        f'[authority]\nwho = "A. Example"\nreference = "T-1"\nexpires = {last_day}\n\n'
        '[pack]\npath = "pack"\nkey = "pack.key"\n\n[network]\nprivate_addresses = ["127.0.0.1/32"]\n\n'
        f"[limits]\nrequests_per_second = 500\n\n{targets}"
    )


@dataclass
class Sweeps:
    folder: Path

    def sweep(self) -> None:
        told = run_stray("sweep", cwd=self.folder)
        assert told.returncode in (10, 11, 12, 20, 21, 22, 23), told.stderr

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "findings.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def answers(self, host: Host) -> dict[str, tuple[object, ...]]:
        """By name of the place: the latest answer, what it rests on, and the state."""
        rows = self.ask(
            "SELECT url, sightings.presence, sightings.basis, status.state, status.why FROM finding_status AS status "
            "JOIN sightings USING (finding_id) WHERE sightings.sweep_id = (SELECT max(sweep_id) FROM sweeps)"
        )
        return {str(url).removeprefix(host.url): tuple(rest) for url, *rest in rows if str(url).startswith(host.url)}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    (folder / "letters").mkdir()
    (folder / "letters" / "L-1.txt").write_text(letter_text())
    built = run_stray("pack", "build", "letters", "--pack", "pack", "--key", "pack.key", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder


AFTERWARDS: dict[str, Reply] = {
    "404": (404, {}, "no"),
    "410": (410, {}, "no"),
    "403": (403, {}, "no"),
    "401": (401, {"WWW-Authenticate": "Basic"}, "no"),
    "challenge": (403, {"cf-mitigated": "challenge"}, "are you a person"),
    "500": (500, {}, "no"),
    "broken": (0, {}, ""),
    "soft": (200, {"Content-Type": "text/html"}, NOT_HERE),
    "login": (200, {"Content-Type": "text/html"}, LOGIN),
    "home": (302, {"Location": "/"}, ""),
    "notice": (200, {"Content-Type": "text/plain"}, "This file was removed at the request of its owner. " * 20),
    "unlisted404": (404, {}, "no"),
}


# A place that holds what it held is present, whether it was matched again or not.
SAID = {
    "still": ("present", "same_digest"),
    "unlisted200": ("present", "matched"),  # no longer listed: how it lies open has changed
    "404": ("gone", "not_found"),
    "410": ("gone", "not_found"),
    "403": ("gone", "access_denied"),
    "401": ("gone", "access_denied"),
    "unlisted404": ("gone", "not_found"),
    "challenge": ("unknown", "challenge"),
    "500": ("unknown", "server_error"),
    "broken": ("unknown", "host_down"),
    "soft": ("unknown", "fetched_without_match"),
    "login": ("unknown", "login_page"),
    "home": ("unknown", "fetched_without_match"),
    "notice": ("unknown", "fetched_without_match"),
}


def test_each_answer_of_a_place_is_taken_for_what_it_is_worth(packed: Path) -> None:
    """Six hosts that each hold 14 copies of a letter: one answers fairly, one has soft 404s, two turn all away; and two
    have a cache before them, behind which one answers fairly and one turns all away."""
    files = {f"{name}.txt": letter_text() for name in SAID} | {"about.txt": "Opening hours: ten to four."}
    hosts = [Host(dict(files)) for _ in range(6)]
    fair, soft, refusing, walled, kept, hidden = hosts
    sweeps = Sweeps(packed)
    with serving(*hosts):
        (packed / "scope.toml").write_text(scope_of(hosts))
        sweeps.sweep()
        assert sweeps.ask("SELECT count(*) FROM finding_status WHERE state = 'new'") == [(6 * len(SAID),)]
        for host in (kept, hidden):
            for path in ("/", "/about.txt"):
                status, headers, body = host.reply(path)
                host.cache[path] = (status, headers | CACHED, body)
        hidden.to_all = (403, {}, "no")
        for host in (fair, soft, kept):
            host.replies = {f"{name}.txt": reply for name, reply in AFTERWARDS.items()}
            host.listed -= {"unlisted404.txt", "unlisted200.txt"}
        soft.soft = True
        refusing.to_all = (403, {}, "no")
        walled.to_all = (200, {"Content-Type": "text/html"}, LOGIN)
        for host in hosts:
            host.asked.clear()
        sweeps.sweep()
    told = {name: answer[:2] for name, answer in sweeps.answers(fair).items()}
    assert told == {f"{name}.txt": said for name, said in SAID.items()}
    states = {name: answer[2:] for name, answer in sweeps.answers(fair).items()}
    assert states.pop("unlisted404.txt") == ("gone", "no longer in its folder's listing, and 404")
    assert states["404.txt"] == ("unknown", "said to be gone once, to be asked again: 404")
    assert {state for state, _ in states.values()} == {"open", "unknown"}

    # Where the host has a page of its own for what is not there, it is known again.
    of_soft = {name: answer[1] for name, answer in sweeps.answers(soft).items()}
    assert of_soft == {f"{name}.txt": basis for name, (_, basis) in SAID.items()} | {"soft.txt": "soft_404"}

    assert {answer[:2] for answer in sweeps.answers(refusing).values()} == {("unknown", "host_refuses")}
    assert {answer[0] for answer in sweeps.answers(walled).values()} == {"unknown"}
    # What a cache has kept vouches for nothing; a host behind it is asked in a way that no cache has kept.
    assert sweeps.answers(kept)["403.txt"][:2] == ("gone", "access_denied")
    assert {answer[0] for answer in sweeps.answers(hidden).values()} == {"unknown"}
    checks = sweeps.ask("SELECT DISTINCT turn, answer, detail FROM host_checks WHERE turn <> 'place' ORDER BY ALL")
    told_of_all = {"http_403", "login_page", "a page in its place"}
    assert {row for row in checks if row[1] == "otherwise"} == {
        (turn, "otherwise", detail) for turn in ("before", "after") for detail in told_of_all
    }
    # Nothing is asked twice for that, but the canary paths.
    assert max(fair.asked.count(f"/{name}.txt") for name in SAID if name not in ("broken", "500")) == 1
    assert fair.asked.count("/about.txt") == 3
    assert list(packed.rglob("*.places")) == [], "the files of known places go with the sweep"
