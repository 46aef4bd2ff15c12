"""Dictations: the first 1,536 bytes are asked for, and no more is read, whatever the server sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from documents.dictation import HEADER_BYTES

LISTING = "<title>Index of /</title><h1>Index of /</h1><pre><a href='../'>../</a>\n{rows}</pre>"
SOUND = 4_000_000


def dictation() -> bytes:
    head = bytearray(b"\x03ds2".ljust(HEADER_BYTES, b"\0"))
    head[0x0C:0x1C] = b"PlantedAuthor".ljust(16, b"\0")
    head[0x26:0x3E] = b"260102030405" + b"260102030535"
    return bytes(head) + bytes(SOUND)


def served(web: Any, path: str, content: bytes, *, ranges: bool = True) -> None:
    """Serves ranges as servers do, or ignores them."""

    def page(handler: Any) -> None:
        wanted = handler.headers.get("Range")
        if not ranges or wanted is None:
            handler.answer(200, content, {"Content-Type": "application/octet-stream"})
            return
        end = min(int(wanted.rpartition("-")[2]), len(content) - 1)
        told = {"Content-Range": f"bytes 0-{end}/{len(content)}", "Content-Type": "application/octet-stream"}
        if content:
            handler.answer(206, content[: end + 1], told)
        else:
            handler.answer(416, b"", {"Content-Range": "bytes */0"})

    web.pages[path] = page
    web.page("/", LISTING.format(rows=f"<a href='{path[1:]}'>{path[1:]}</a>  02-Jan-2026 03:04  {len(content)}\n"))


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_the_header_is_read_and_the_voice_is_not(ranges: bool, web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/DS30001.DS2", dictation(), ranges=ranges)
    crawled = crawl(web.url + "/", "open_directory", limits={"body_bytes": 2_000_000})
    assert crawled.fetched == ["/"]
    assert crawled.skipped == {"/DS30001.DS2": ("unsupported_type", "a recording: header read")}
    headers = [entry["dictation"] for entry in crawled.entries if entry["dictation"]]
    assert [(each["format"], each["author"], each["encrypted"]) for each in headers] == [
        ("ds2", "PlantedAuthor", False)
    ]
    assert {entry["size"] for entry in crawled.entries} == {HEADER_BYTES + SOUND}
    received = max(line["bytes"] for line in crawled.conduct if "bytes" in line)
    assert received <= (HEADER_BYTES if ranges else 256 << 10), "what is under way when the word to stop comes"
    asked = web.headers[web.all_asked.index("/DS30001.DS2")]
    assert asked["range"] == f"bytes=0-{HEADER_BYTES - 1}"
    assert "Planted" not in json.dumps(crawled.conduct)


def test_what_only_looks_like_a_dictation_is_fetched_whole(web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/letter.ds2", b"%PDF-1.4 a letter with a strange name" + bytes(HEADER_BYTES))
    crawled = crawl(web.url + "/", "open_directory")
    assert crawled.fetched == ["/", "/letter.ds2"]
    assert crawled.skips == []
    assert web.asked.count("/letter.ds2") == 2


def test_sound_without_a_header_that_we_know_is_not_fetched(web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/S0412-001.ds2", bytes(range(256)) * 8)
    crawled = crawl(web.url + "/", "open_directory")
    assert crawled.skipped == {"/S0412-001.ds2": ("unsupported_type", "a recording: no header known")}


def test_an_empty_one_has_no_first_bytes(web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/a.ds2", b"")
    web.links("/", "/a.ds2")
    assert crawl(web.url + "/").skipped == {"/a.ds2": ("unreadable", "no_first_bytes")}


def test_a_part_that_is_not_the_first_tells_nothing(web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/a.ds2", dictation())
    web.page("/a.ds2", dictation()[512:1024], 206, Content_Range="bytes 512-1023/9999")
    assert crawl(web.url + "/", "open_directory").skipped == {"/a.ds2": ("truncated", "http_206")}


def test_neighbours_tell_which_sound_is_dictation(web: Any, crawl: Callable[..., Any]) -> None:
    names = ("DM_0012.wav", "DM_0012.doc", "waltz.mp3", "~$M_0012.doc")
    rows = "".join(f"<a href='{name}'>{name}</a>  02-Jan-2026 03:04  4000\n" for name in names)
    for name in names:
        web.page(f"/{name}", b"RIFF\0\0\0\0WAVEfmt " + bytes(4000), Content_Type="audio/wav")
    web.page("/", LISTING.format(rows=rows))
    crawled = crawl(web.url + "/", "open_directory")
    cues = {entry["name"]: entry["cue"] for entry in crawled.entries if entry["dictation"] is None}
    assert cues == {
        "DM_0012.wav": "dictation_audio",
        "DM_0012.doc": "transcript_of_audio",
        "waltz.mp3": None,
        "~$M_0012.doc": "word_lock_file",
    }
    assert "/waltz.mp3" not in web.asked, "music is not asked for"
    assert "/~$M_0012.doc" not in web.asked
    asked = dict(zip(web.all_asked, web.headers, strict=True))
    assert "range" in asked["/DM_0012.wav"]


def test_where_recordings_are_known_sound_is_fetched_whole_after_its_header(
    web: Any, crawl: Callable[..., Any]
) -> None:
    served(web, "/DS30001.DS2", dictation())
    crawled = crawl(web.url + "/", "open_directory", behaviour={"hears": True})
    assert crawled.fetched == ["/", "/DS30001.DS2"]
    assert crawled.skips == []
    assert [entry["dictation"]["author"] for entry in crawled.entries if entry["dictation"]] == ["PlantedAuthor"]


def test_any_sound_is_asked_for_where_recordings_are_known(web: Any, crawl: Callable[..., Any]) -> None:
    served(web, "/waltz.wav", b"RIFF\0\0\0\0WAVEfmt " + bytes(4000))
    assert crawl(web.url + "/", "open_directory", behaviour={"hears": True}).fetched == ["/", "/waltz.wav"]
    assert crawl(web.url + "/", "open_directory").fetched == ["/"]


@pytest.mark.parametrize(
    ("start", "body_bytes"), [(b"\x03enc", 32 << 20), (b"\x03ds2", 2_000_000)], ids=["encrypted", "too large"]
)
def test_what_can_not_be_heard_is_not_fetched_whole(
    start: bytes, body_bytes: int, web: Any, crawl: Callable[..., Any]
) -> None:
    served(web, "/DS30001.DS2", start + dictation()[4:])
    crawled = crawl(web.url + "/", "open_directory", limits={"body_bytes": body_bytes}, behaviour={"hears": True})
    assert crawled.fetched == ["/"]
    assert crawled.skipped == {"/DS30001.DS2": ("unsupported_type", "a recording: header read")}
