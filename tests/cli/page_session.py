"""A triage page that runs, and what asks it: headers as they are given, nothing added."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from cli.triage_page.desk import Desk
from cli.triage_page.server import ADDRESS, prepared
from cli.triage_page.session import COOKIE, Doorkeeper
from findings.chosen import Chosen
from reports.shown import Shown


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    def hidden(self, name: str) -> str:
        """The value of a form's hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text[:2000]}"
        return found[1]


@dataclass
class Running:
    """A page that runs in this process."""

    doorkeeper: Doorkeeper
    port: int
    told: list[str] = field(default_factory=list)
    cookie: str = ""

    @property
    def origin(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    @property
    def link(self) -> str:
        return f"{self.origin}/#{self.doorkeeper.token}"

    @property
    def home(self) -> str:
        return self.doorkeeper.home

    def ask(self, path: str, form: Mapping[str, str] | None = None, **headers: str | None) -> Answer:
        """One request; a header that is None is left out, underscores are dashes; `method` is none."""
        method = headers.pop("method", None) or ("GET" if form is None else "POST")
        usual: dict[str, str | None] = {"host": f"{ADDRESS}:{self.port}"}
        usual |= {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        body = urlencode(form).encode() if form is not None else b""
        if form is not None:
            usual |= {"origin": self.origin, "content-type": "application/x-www-form-urlencoded"}
            usual |= {"content-length": str(len(body))}
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in usual.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
        finally:
            connection.close()

    def enter(self) -> Answer:
        """Swap the token for the cookie."""
        answer = self.ask("/enter", {"token": self.doorkeeper.token})
        found = re.match(rf"{COOKIE}=([^;]+);", answer.headers.get("set-cookie", ""))
        assert found, answer
        self.cookie = found[1]
        return answer

    def send(self, path: str, form: Mapping[str, str], **headers: str | None) -> Answer:
        """A form of this session."""
        return self.ask(f"{self.home}{path}", {"form_token": self.doorkeeper.form_token, **form}, **headers)


@contextmanager
def running(database: Path, *, reveal: bool = False, wait_seconds: float = 5.0) -> Iterator[Running]:
    """A page on a free port, ended with the block."""
    doorkeeper = Doorkeeper()
    desk = Desk(database, "J. Example", Shown(reveal), wait_seconds)
    with socket.create_server((ADDRESS, 0)) as listener:
        page = Running(doorkeeper, int(listener.getsockname()[1]))
        server = prepared(desk, doorkeeper, page.port, page.told.append, Chosen())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield page
        finally:
            server.should_exit = True
            thread.join(timeout=30)
    assert not thread.is_alive()
