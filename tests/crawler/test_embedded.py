"""Pages whose rows lie in their scripts; samples follow dufs, copyparty, Chromium's file pages and PHP listers."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.embedded import embedded_listing
from crawler.listings.listing import Listing

URL = "http://files.example.org/pub/"
NOON = datetime(2023, 6, 7, 12, 0, 5, tzinfo=UTC)
DUFS = {
    "href": "/pub",
    "kind": "Index",
    "uri_prefix": "/",
    "allow_upload": False,
    "paths": [
        {"path_type": "Dir", "name": "sub dir", "mtime": 1686139205000, "size": 3},
        {"path_type": "File", "name": "letter 50%.pdf", "mtime": 1686139205000, "size": 77},
        {"path_type": "SymlinkFile", "name": "x", "mtime": 1686139205000, "size": 5},
    ],
}
DUFS_ROWS = [
    ("directory", "sub dir", URL + "sub%20dir/", None),
    ("file", "letter 50%.pdf", URL + "letter%2050%25.pdf", 77),
    ("file", "x", URL + "x", 5),
]


def read(*scripts: str, url: str = URL) -> Listing:
    listing = embedded_listing(scripts, url)
    assert listing is not None
    return listing


def shown(listing: Listing) -> list[tuple[str, str, str, int | None]]:
    return [(entry.kind.value, entry.name, entry.url, entry.size) for entry in listing.entries]


@pytest.mark.parametrize(
    "script",
    [
        f"\n    DATA = {json.dumps(DUFS)}\n  ",
        base64.b64encode(json.dumps(DUFS).encode()).decode(),
        f"window.state = JSON.parse({json.dumps(json.dumps(DUFS))});",
        f"const s = JSON.parse(atob('{base64.b64encode(json.dumps(DUFS).encode()).decode()}'));",
        json.dumps({"props": {"page": {"data": DUFS}}}),
        f"draw({json.dumps(DUFS)}, document.body)",
        "var a = {broken: [}, DATA = " + json.dumps(DUFS),
    ],
    ids=["literal", "template", "parse", "atob", "application/json", "call", "after a broken one"],
)
@pytest.mark.parametrize("url", [URL, URL.removesuffix("/")])
def test_rows_as_json(script: str, url: str) -> None:
    listing = read("var unrelated = [1, 2, 3];", script, url=url)
    assert shown(listing) == DUFS_ROWS
    assert {entry.modified for entry in listing.entries} == {NOON}
    assert listing.unread == 0


def test_an_empty_folder() -> None:
    assert read("DATA = " + json.dumps(DUFS | {"paths": []})) == Listing(is_listing=True)
    assert read('var ls0 = {"dirs": [], "files": [], "taglist": []};') == Listing(is_listing=True)


def test_folders_and_files_kept_apart() -> None:
    script = """var acct = "*", perms = ["read"], ls0 = {"dirs": [{"lead": "", "href": "sub/", "sz": 0, "ext": "---",
        "ts": 1686139205}], "files": [{"lead": "-", "href": "a%20b.pdf", "sz": 7, "ext": "pdf", "ts": 1686139205}]};"""
    assert shown(read(script)) == [
        ("directory", "sub", URL + "sub/", None),
        ("file", "a b.pdf", URL + "a%20b.pdf", 7),
    ]


def test_rows_as_javascript_writes_them() -> None:
    script = r"""
    // the rows
    var rows = [
        {name: 'a \'b\'.pdf', isDir: !1, size: 7, mtime: 1686139205,}, /* next */
        {name: "sub\u0020dir", isDir: true, size: null, mtime: undefined},
    ];"""
    assert shown(read(script)) == [
        ("file", "a 'b'.pdf", URL + "a%20'b'.pdf", 7),
        ("directory", "sub dir", URL + "sub%20dir/", None),
    ]


def test_rows_as_calls() -> None:
    script = """
    var _files=[]; function _f(name,size,date,url,rdate){_files[_files.length]={'name':name};}
    _f('a [128].pdf',77,'Jun-07-23','K/x/a%20%5B128%5D.pdf',1686139205);
    _f('b.txt',5,'Jun-07-23','K/x/b.txt',1686139205);
    _d('Sub Folder','Jun-07-23','?dir=K%2Fx%2FSub%20Folder');
    window.onload=function() { _obj('idx'); _srt('name'); };
    """
    listing = read(script, url="http://files.example.org/pub/index.php?dir=K%2Fx")
    assert shown(listing) == [
        ("file", "a [128].pdf", URL + "K/x/a%20[128].pdf", 77),
        ("file", "b.txt", URL + "K/x/b.txt", 5),
        ("directory", "Sub Folder", URL + "index.php?dir=K%2Fx%2FSub+Folder", None),
    ]
    assert listing.entries[0].modified == NOON


def test_rows_as_a_script_each() -> None:
    listing = read(
        'start("/pub/");',
        'addRow("..","..",1,0,"",0,"");',
        'addRow("api","api",1,0,"",1686139205,"6/7/23");',
        'addRow("Setup Guide.md","Setup%20Guide.md",0,512,"512 B",1686139205,"6/7/23");',
        'addRow("../x","../x",0,512,"512 B",1686139205,"6/7/23");',
    )
    assert shown(listing) == [
        ("directory", "api", URL + "api/", None),
        ("file", "Setup Guide.md", URL + "Setup%20Guide.md", 512),
    ]
    assert listing.unread == 1


@pytest.mark.parametrize(
    "script",
    [
        "",
        "ga('create', 'UA-1', 'auto'); ga('send', 'pageview');",
        'var menu = [{"name": "Home", "url": "/"}, {"name": "Letters", "url": "/letters/"}];',
        'window.images = [{"name": "a.jpg", "size": 512, "type": "image/jpeg", "url": "/uploads/a.jpg"}];',
        'window.posts = {"items": [{"title": "x", "name": "x.pdf", "date": "2023-01-01"}]};',
        "addItem('About us', '/about'); addItem('Letters', '/x');",
        "track('a.pdf', '/files/a.pdf');",
        "var t = " + "[" * 50_000,
        "x = {a: " * 50_000,
        "_f('a'/*" * 50_000,
        "_f('a'//" * 50_000,
        'f("' * 50_000,
        '= ["a", ' * 20_000,
        "A" * 100_001,
    ],
)
def test_scripts_of_ordinary_and_of_hostile_pages(script: str) -> None:
    assert embedded_listing([script], URL) is None


def test_what_half_a_character_does_not_break() -> None:
    calls = r"_f('a\udc80.pdf', 7, 'x/a\udc80.pdf', 1686139205); _f('b.pdf', 7, 'x/b.pdf', 1686139205);"
    rows = r'x = [{"name": "a\udc80.pdf", "isDir": false, "size": 7}, {"name": "\ud800", "isDir": false}]'
    for script, names in ((calls, ["b.pdf"]), (rows, ["a€.pdf"])):
        listing = read(script)
        assert [entry.name for entry in listing.entries][-1:] == names
        assert listing.digest


@given(st.text(alphabet="\udc80\ud800f('\"a.b1,)=[]{}:;/*!\\ \n", max_size=80))
def test_nothing_raises(script: str) -> None:
    embedded_listing([script, "x=[{name:'a',isDir:" + script], URL)
