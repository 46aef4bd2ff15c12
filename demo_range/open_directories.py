"""Open directories on loopback, as different servers list them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from demo_range.loopback import LOOPBACK, DemoRangeError
from demo_range.web_servers import PythonListingServer

# Seconds until a server that was started must accept connections; nginx and apache need well below one.
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_POLL_SECONDS = 0.02

_NGINX = """\
{user}
worker_processes 1;
daemon off;
pid {state}/nginx.pid;
error_log {state}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {state}/body;
    proxy_temp_path {state}/proxy;
    fastcgi_temp_path {state}/fastcgi;
    uwsgi_temp_path {state}/uwsgi;
    scgi_temp_path {state}/scgi;
    types {{ text/html html; text/plain txt; application/pdf pdf; }}
    default_type application/octet-stream;
    server {{
        listen {address}:{port};
        root "{root}";
        autoindex on;
    }}
}}
"""

_APACHE = """\
ServerRoot {modules}
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule dir_module modules/mod_dir.so
LoadModule autoindex_module modules/mod_autoindex.so
LoadModule mime_module modules/mod_mime.so
TypesConfig /etc/mime.types
Listen {address}:{port}
ServerName localhost
{user}
PidFile {state}/apache2.pid
ErrorLog {state}/error.log
Mutex file:{state}
DocumentRoot "{root}"
<Directory "{root}">
    Options +Indexes
    IndexOptions {index_options}
    Require all granted
</Directory>
"""
_APACHE_MODULES = Path("/usr/lib/apache2")


class ListingStyle(StrEnum):
    """Whose listings: Python's, or those of a system server where it is installed."""

    PYTHON = "python"
    NGINX = "nginx"
    APACHE = "apache"
    APACHE_TABLE = "apache-table"
    APACHE_BULLETS = "apache-bullets"

    @property
    def program(self) -> str | None:
        """The program it needs; None where Python's own server does it."""
        match self:
            case ListingStyle.PYTHON:
                return None
            case ListingStyle.NGINX:
                return "nginx"
            case ListingStyle.APACHE | ListingStyle.APACHE_TABLE | ListingStyle.APACHE_BULLETS:
                return "apache2"

    @property
    def available(self) -> bool:
        """Can it be served on this machine?"""
        return self.program is None or _found(self.program) is not None


_INDEX_OPTIONS = {
    ListingStyle.APACHE: "FancyIndexing NameWidth=*",
    ListingStyle.APACHE_TABLE: "FancyIndexing HTMLTable NameWidth=*",
    ListingStyle.APACHE_BULLETS: "-FancyIndexing",
}


class OpenDirectoryServer:
    """A folder with listings: `with OpenDirectoryServer(root, style="nginx") as server: server.url`.

    Raises:
        DemoRangeError: on entering, where the style's program is not installed or does not start.

    Attributes:
        refused: beginnings of paths whose files are refused with 403 from now on; only Python's own server heeds it.
    """

    def __init__(self, root: Path, style: ListingStyle | str = ListingStyle.PYTHON) -> None:
        self._root = root
        self._style = ListingStyle(style)
        self._stack = ExitStack()
        self._url = ""
        self.refused: set[str] = set()

    def __enter__(self) -> Self:
        if self._style is ListingStyle.PYTHON:
            server = self._stack.enter_context(PythonListingServer(self._root))
            self._url, self.refused = server.url, server.refused
            return self
        with ExitStack() as starting:
            state = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="stray-listing-")))
            port = _free_port()
            process = subprocess.Popen(
                self._command(state, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
            starting.callback(_stop, process)
            _wait_until_open(process, port)
            self._stack = starting.pop_all()
        self._url = f"http://{LOOPBACK}:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        """Scheme, host and port, without a trailing slash."""
        return self._url

    def _command(self, state: Path, port: int) -> list[str]:
        name = self._style.program or ""
        program = _found(name)
        if program is None:
            raise DemoRangeError(f"{name} is not installed")
        config = state / "server.conf"
        root = self._root.resolve()
        if self._style is ListingStyle.NGINX:
            # Started by root, its worker would be another user, who may not enter a folder of mode 0700.
            user = "user root;" if os.geteuid() == 0 else ""
            config.write_text(_NGINX.format(user=user, state=state, address=LOOPBACK, port=port, root=root))
            return [program, "-p", str(state), "-c", str(config), "-e", str(state / "error.log")]
        user = ""
        if os.geteuid() == 0:
            # Apache refuses to serve as root: it gets a copy in a place that www-data may enter.
            user = "User www-data\nGroup www-data"
            root = _readable_copy(root, state)
        options = _INDEX_OPTIONS[self._style]
        config.write_text(
            _APACHE.format(
                modules=_APACHE_MODULES,
                user=user,
                state=state,
                address=LOOPBACK,
                port=port,
                root=root,
                index_options=options,
            )
        )
        return [program, "-f", str(config), "-DFOREGROUND"]


def _found(program: str) -> str | None:
    """System servers lie in `sbin`, which an ordinary user's search path may lack."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


def _readable_copy(root: Path, state: Path) -> Path:
    state.chmod(0o755)
    copy = state / "root"
    shutil.copytree(root, copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoRangeError(f"the server ended at once with code {process.returncode}")
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1):
                return
        except OSError:
            time.sleep(_POLL_SECONDS)
    raise DemoRangeError(f"the server did not accept a connection within {_START_SECONDS:.0f} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
