"""Walks one FTP unit in this process, on real servers, and keeps what the sink saw."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crawler.ftp.source import FtpSource
from documents.records import Document, Entry, Skipped
from documents.sink import NoBuckets
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import Scope
from scope.units import units_of


class DialledDialler(Dialler):
    """Notes where connections go."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(guard)
        self.dialled: list[tuple[str, int]] = []

    def connect(self, host: str, port: int, timeout: float | None) -> Any:
        self.dialled.append((host, port))
        return super().connect(host, port, timeout)


@dataclass
class Walked:
    """What the sink saw; paths are those of URLs, without scheme, host and port."""

    start: str
    entries: dict[str, Entry] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    skips: dict[str, tuple[str, str]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    conduct: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    logins: int = 0
    dialled: list[tuple[str, int]] = field(default_factory=list)

    def path(self, url: str) -> str:
        return "/" + url.split("/", 3)[3]

    @property
    def reasons(self) -> dict[str, str]:
        return {path: reason for path, (reason, _) in self.skips.items()}


class KeepingSink(NoBuckets):
    def __init__(self, walked: Walked, errand: Errand, stop_after: int | None) -> None:
        self._walked = walked
        self._errand = errand
        self._stop_after = stop_after

    def entry(self, entry: Entry) -> None:
        self._walked.entries[self._walked.path(entry.url)] = entry

    def listed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entry(entry)

    def document(self, document: Document) -> None:
        path = self._walked.path(document.url)
        assert path not in self._walked.documents, "a document twice"
        self._walked.documents[path] = document
        self._walked.bodies[path] = document.body.read()
        document.body.close()
        self._walked.order.append(path)
        if len(self._walked.documents) == self._stop_after:
            self._errand.stop.set()

    def skipped(self, skipped: Skipped) -> None:
        self._walked.skips[self._walked.path(skipped.url)] = (skipped.reason.value, skipped.detail)


def walk_unit(url: str, limits: dict[str, Any] | None = None, **options: Any) -> Walked:
    """Walk a folder: `trust` for TLS, `stop` and `stop_after` to stop it; other options are the target's."""
    trust: ssl.SSLContext | None = options.pop("trust", None)
    stop: threading.Event = options.pop("stop", threading.Event())
    stop_after: int | None = options.pop("stop_after", None)
    folder: Path = options.pop("folder")
    scope = Scope.model_validate(
        {
            "organisation": "Example Hospital",
            "contact": "security@example.org",
            "authority": {"who": "J. Example", "reference": "IG-1", "expires": options.pop("expires", "2099-12-31")},
            "pack": {"path": "pack", "key": "pack.key"},
            "network": {"private_addresses": ["127.0.0.1"], **options.pop("network", {})},
            "limits": {"requests_per_second": 1000, "timeout_seconds": 5, **(limits or {})},
            "ftp": [{"url": url, "tier": "own", "authority": "IG-1", **options}],
        }
    )
    (unit,) = units_of(scope)
    guard = Guard(scope)
    log = folder / "conduct.jsonl"
    log.unlink(missing_ok=True)
    errand = Errand(
        guard, scope.limits, Budget(scope.limits), Pacer(1000), ConductLog(log),
        "Stray/0.1 (+security@example.org; Example Hospital)", stop=stop,
    )  # fmt: skip
    walked = Walked(unit.start_url)
    dialler = DialledDialler(guard)
    FtpSource(errand, dialler, trust).fetch(unit, KeepingSink(walked, errand, stop_after))
    errand.conduct.close()
    walked.conduct = [json.loads(line) for line in log.read_text().splitlines()]
    walked.requests = errand.budget.requests
    walked.logins = sum(line.get("method") == "LOGIN" and "status" in line for line in walked.conduct)
    walked.dialled = dialler.dialled
    return walked


Walk = Callable[..., Walked]


@pytest.fixture
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Walks a folder: `walk(url, limits={}, tls=..., trust=..., stop_after=...)`."""
    folder = tmp_path_factory.mktemp("walk")

    def run(url: str, limits: dict[str, Any] | None = None, **options: Any) -> Walked:
        return walk_unit(url, limits, folder=folder, **options)

    return run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A typing bureau's folder."""
    root = tmp_path / "root"
    for path, content in {
        "Completed/2024-05/0001 hollis.txt": b"Dear Dr Hollis",
        "Completed/2024-05/0002_vale.doc": b"\xd0\xcf\x11\xe0 vale",
        "Pending/0007.txt": b"",
        "a;b=c #1?%41.txt": b"hostile",
        " leading and trailing ": b"spaces",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


Trick = Callable[["Conversation", str], None]


class Conversation(socketserver.StreamRequestHandler):
    """One control connection of a server that does as it is told, and badly where it is told so."""

    server: CrookedServer
    listener: socket.socket | None = None

    def handle(self) -> None:
        self.rest = 0
        self.folder = "/"
        crook = self.server.crook
        try:
            self.say(crook.greeting)
            while line := self.rfile.readline():
                text = line.decode("latin-1").rstrip("\r\n")
                crook.commands.append(text)
                verb, _, argument = text.partition(" ")
                known: Trick = getattr(Conversation, f"on_{verb.lower()}", Conversation.unknown)
                crook.tricks.get(verb, known)(self, argument)
        except (OSError, ValueError):
            return
        finally:
            if self.listener is not None:
                self.listener.close()

    def say(self, reply: str) -> None:
        self.wfile.write(reply.encode("latin-1") + b"\r\n")

    def hang_up(self) -> None:
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)

    def data(self) -> socket.socket:
        assert self.listener is not None
        self.say("150 here it comes")
        opened, _ = self.listener.accept()
        self.listener.close()
        self.listener = None
        return opened

    def listen(self) -> int:
        if self.listener is not None:
            self.listener.close()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        return int(self.listener.getsockname()[1])

    def send(self, content: bytes) -> None:
        with self.data() as opened:
            opened.sendall(content)
        self.say("226 done")

    def unknown(self, argument: str) -> None:
        self.say("500 what?")

    def on_user(self, argument: str) -> None:
        self.say("331 your address please")

    def on_pass(self, argument: str) -> None:
        self.say("230 welcome")

    def on_pwd(self, argument: str) -> None:
        self.say(f'257 "{self.folder}"')

    def on_cwd(self, argument: str) -> None:
        path = argument.rstrip("/") or "/"
        if path != "/" and not any(name.startswith(path + "/") for name in self.server.crook.files):
            self.say("550 No such folder")
            return
        self.folder = path
        self.say("250 done")

    def on_type(self, argument: str) -> None:
        self.say("200 fine")

    def on_pasv(self, argument: str) -> None:
        high, low = divmod(self.listen(), 256)
        self.say(f"227 Entering Passive Mode (127,0,0,1,{high},{low}).")

    def on_epsv(self, argument: str) -> None:
        self.say(f"229 Entering Extended Passive Mode (|||{self.listen()}|)")

    def on_list(self, argument: str) -> None:
        self.send(self.rows())

    def on_nlst(self, argument: str) -> None:
        self.send(b"".join(row.split()[-1] + b"\r\n" for row in self.rows().splitlines()))

    def rows(self) -> bytes:
        below = self.folder.rstrip("/") + "/"
        rows = {}
        for path, content in self.server.crook.files.items():
            if path.startswith(below):
                name, slash, _ = path[len(below) :].partition("/")
                kind = "drwxr-xr-x" if slash else "-rw-r--r--"
                rows[name] = f"{kind} 1 ftp ftp {len(content)} May 14 2024 {name}\r\n".encode("latin-1")
        return b"".join(rows.values())

    def on_size(self, argument: str) -> None:
        content = self.server.crook.files.get(argument)
        self.say("550 No such file" if content is None else f"213 {len(content)}")

    def on_mdtm(self, argument: str) -> None:
        self.say("213 20240514173000")

    def on_rest(self, argument: str) -> None:
        self.rest = int(argument)
        self.say("350 go on")

    def on_retr(self, argument: str) -> None:
        content = self.server.crook.files.get(argument)
        rest, self.rest = self.rest, 0
        if content is None:
            self.say("550 No such file")
        else:
            self.send(content[rest:])

    def on_quit(self, argument: str) -> None:
        self.say("221 bye")
        self.hang_up()


class CrookedServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    crook: Crook

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the exercise."""


@dataclass
class Crook:
    """A server and what is crooked about it: `tricks` maps a command to what happens instead."""

    files: dict[str, bytes] = field(default_factory=lambda: {"/a.txt": b"alpha", "/sub/b.txt": b"beta"})
    tricks: dict[str, Trick] = field(default_factory=dict)
    greeting: str = "220 ready"
    commands: list[str] = field(default_factory=list)
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"ftp://127.0.0.1:{self.port}/"

    @property
    def verbs(self) -> list[str]:
        return [line.partition(" ")[0] for line in self.commands]


@pytest.fixture
def crook() -> Iterator[Crook]:
    """A running server whose files and tricks the test may change."""
    crook = Crook()
    with CrookedServer(("127.0.0.1", 0), Conversation) as server:
        server.crook = crook
        crook.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield crook
        crook.released.set()
        server.shutdown()
        thread.join()
