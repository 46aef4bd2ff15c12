"""Listings by Python's server, and by nginx and Apache where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
import urllib3

from demo_range import open_directories
from demo_range.loopback import DemoRangeError
from demo_range.open_directories import ListingStyle, OpenDirectoryServer

MARKUP = {
    ListingStyle.PYTHON: b"Directory listing for /Dr%20A/".replace(b"%20", b" "),
    ListingStyle.NGINX: b"<h1>Index of /Dr A/</h1>",
    ListingStyle.APACHE: b"<pre>",
    ListingStyle.APACHE_TABLE: b"<table>",
    ListingStyle.APACHE_BULLETS: b"<ul>",
}


@pytest.mark.parametrize("style", ListingStyle)
def test_a_style_lists_and_serves(style: ListingStyle, tmp_path: Path, http: urllib3.PoolManager) -> None:
    if not style.available:
        pytest.skip(f"{style.program} is not installed")
    folder = tmp_path / "Dr A"
    folder.mkdir()
    (folder / "Núñez & Co.txt").write_text("hello")
    with OpenDirectoryServer(tmp_path, style) as server:
        top = http.request("GET", f"{server.url}/").data
        listing = http.request("GET", f"{server.url}/Dr%20A/").data
        answer = http.request("GET", f"{server.url}/Dr%20A/N%C3%BA%C3%B1ez%20%26%20Co.txt")
    assert b'href="Dr%20A/"' in top
    assert MARKUP[style] in listing
    assert b"N%c3%ba%c3%b1ez%20" in listing.replace(b"%C3", b"%c3").replace(b"%BA", b"%ba").replace(b"%B1", b"%b1")
    assert answer.data == b"hello"


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_directories, "_found", lambda program: None)
    with pytest.raises(DemoRangeError, match="nginx is not installed"), OpenDirectoryServer(tmp_path, "nginx"):
        pass


def test_a_program_that_ends_at_once_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_directories, "_found", lambda program: "/bin/false")
    with pytest.raises(DemoRangeError, match="ended at once"), OpenDirectoryServer(tmp_path, "nginx"):
        pass


def test_an_unknown_style_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="caddy"):
        OpenDirectoryServer(tmp_path, "caddy")
