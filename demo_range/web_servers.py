"""The web site and the open directories of the range."""

from __future__ import annotations

import io
from collections.abc import Set
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from demo_range.loopback import LoopbackServer, RecordingHandler

# Fixed, because what `mimetypes` says depends on the machine. Text has no charset here: old servers do not know it.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".css": "text/css",
    ".png": "image/png",
}


def media_type(path: str) -> str:
    """What a careful server says of a file, by its ending."""
    return _TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


class _SiteHandler(RecordingHandler, SimpleHTTPRequestHandler):
    """Files below a folder, with the types above: index pages, but no listings."""

    def guess_type(self, path: Any) -> str:
        return media_type(str(path))

    def list_directory(self, path: Any) -> io.BytesIO | None:
        self.send_error(HTTPStatus.NOT_FOUND)
        return None


class _ListingHandler(RecordingHandler, SimpleHTTPRequestHandler):
    """What `python -m http.server` serves: its listings, its types, HTTP/1.0. But for files that are refused."""

    protocol_version = "HTTP/1.0"

    def __init__(self, *connection: Any, directory: str, refused: Set[str] = frozenset()) -> None:
        self._refused = refused
        super().__init__(*connection, directory=directory)

    def send_head(self) -> Any:
        path = unquote(self.path)
        if not path.endswith("/") and path.startswith(tuple(self._refused)):
            self.send_error(HTTPStatus.FORBIDDEN)
            return None
        return super().send_head()


class WebServer(LoopbackServer):
    """A web site on loopback: `with WebServer(root) as site: site.url`."""

    def __init__(self, root: Path) -> None:
        super().__init__(partial(_SiteHandler, directory=str(root)))


class PythonListingServer(LoopbackServer):
    """An open directory as Python's own server lists it.

    Attributes:
        refused: beginnings of paths whose files are refused with 403 from now on; listings go on naming them.
    """

    def __init__(self, root: Path, port: int = 0) -> None:
        self.refused: set[str] = set()
        super().__init__(partial(_ListingHandler, directory=str(root), refused=self.refused), port)
