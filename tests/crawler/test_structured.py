"""Listings that are data; samples follow ngx_http_autoindex_module, Caddy's file server, tree and Swift."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.listing import Listing
from crawler.listings.structured import structured_listing
from documents.records import EntryKind, ModifiedSource

URL = "http://files.example.org/pub/"
NOON = datetime(2023, 6, 7, 12, 0, 5, tzinfo=UTC)
NGINX_JSON = """[
{ "name":"sub dir", "type":"directory", "mtime":"Wed, 07 Jun 2023 12:00:05 GMT" },
{ "name":"letter #1; 50%.pdf", "type":"file", "mtime":"Wed, 07 Jun 2023 12:00:05 GMT", "size":149504 },
{ "name":"plain.txt", "type":"file", "mtime":"Wed, 07 Jun 2023 12:00:05 GMT", "size":0 },
{ "name":"socket", "type":"other", "mtime":"Wed, 07 Jun 2023 12:00:05 GMT" }
]"""
NGINX_XML = """<?xml version="1.0"?>
<list>
<directory mtime="2023-06-07T12:00:05Z">sub dir</directory>
<file mtime="2023-06-07T12:00:05Z" size="149504">letter #1; 50%.pdf</file>
<file mtime="2023-06-07T12:00:05Z" size="0">plain.txt</file>
<other mtime="2023-06-07T12:00:05Z">socket</other>
</list>
"""


def read(body: bytes | str | object, url: str = URL, content_type: str | None = None) -> Listing:
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    listing = structured_listing(raw, url, content_type)
    assert listing is not None
    return listing


def shown(listing: Listing) -> list[tuple[str, str, str, int | None]]:
    return [(entry.kind.value, entry.name, entry.url.removeprefix(URL), entry.size) for entry in listing.entries]


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (NGINX_JSON, ModifiedSource.JSON),
        ("/* callback */\nlist_1.show(" + NGINX_JSON + ");", ModifiedSource.JSON),
        (")]}',\n" + NGINX_JSON, ModifiedSource.JSON),
        ("\ufeff" + NGINX_JSON, ModifiedSource.JSON),
        (NGINX_XML, ModifiedSource.XML),
    ],
    ids=["json", "jsonp", "guarded", "byte order mark", "xml"],
)
@pytest.mark.parametrize("content_type", [None, "text/plain", "text/html", "application/json"])
def test_nginx(body: str, source: ModifiedSource, content_type: str | None) -> None:
    listing = read(body, content_type=content_type)
    assert shown(listing) == [
        ("directory", "sub dir", "sub%20dir/", None),
        ("file", "letter #1; 50%.pdf", "letter%20%231%3B%2050%25.pdf", 149_504),
        ("file", "plain.txt", "plain.txt", 0),
        ("unknown", "socket", "socket", None),
    ]
    assert {(entry.modified, entry.modified_source, entry.parent) for entry in listing.entries} == {(NOON, source, URL)}
    assert (listing.unread, listing.next_url) == (0, None)


@pytest.mark.parametrize("body", [NGINX_JSON, NGINX_XML], ids=["json", "xml"])
def test_names_that_are_not_utf_8_keep_their_bytes(body: str) -> None:
    listing = read(body.replace("plain", "für").encode("latin-1"))
    assert (listing.entries[2].name, listing.entries[2].url) == ("für.txt", URL + "f%FCr.txt")
    assert len(listing.entries) == 4


@pytest.mark.parametrize("body", [NGINX_JSON, NGINX_XML], ids=["json", "xml"])
def test_hostile_names_are_counted_and_no_entries(body: str) -> None:
    for name in ("../up.txt", "a/b.txt", "/etc/passwd", "a\\u001b[2J" if body is NGINX_JSON else "a\x1b[2J"):
        listing = read(body.replace("plain.txt", name))
        assert (len(listing.entries), listing.unread) == (3, 1)


@pytest.mark.parametrize("body", [NGINX_JSON, NGINX_XML], ids=["json", "xml"])
@pytest.mark.parametrize("kept", [0.5, 0.7, 0.9])
def test_a_listing_that_breaks_off_gives_its_whole_rows_and_says_so(body: str, kept: float) -> None:
    cut = body[: int(len(body) * kept)]
    listing = read(cut)
    assert listing.unread > 0
    assert shown(listing) == shown(read(body))[: len(listing.entries)]
    assert len(listing.entries) >= 1


@pytest.mark.parametrize("body", ["[\r\n]", "[\r\n]\r\n", '<?xml version="1.0"?>\r\n<list>\r\n</list>\r\n'])
def test_an_empty_folder_of_nginx_is_a_listing(body: str) -> None:
    assert read(body) == Listing(is_listing=True)


def test_caddy() -> None:
    rows = [
        {"name": "sub", "size": 4096, "url": "./sub/", "mod_time": "2023-06-07T12:00:05.000000001Z", "mode": 2147484141,
         "is_dir": True, "is_symlink": False},
        {"name": "a b.pdf", "size": 5, "url": "./a%20b.pdf", "mod_time": "2023-06-07T12:00:05Z", "mode": 420,
         "is_dir": False, "is_symlink": True},
    ]  # fmt: skip
    listing = read(rows)
    assert shown(listing) == [("directory", "sub", "sub/", None), ("file", "a b.pdf", "a%20b.pdf", 5)]
    assert {entry.modified for entry in listing.entries} == {NOON}


def test_folders_and_files_kept_apart() -> None:
    body = {
        "dirs": [{"lead": "", "href": "sub%20dir/", "sz": 3, "ext": "---", "ts": 1686139205}],
        "files": [{"lead": "", "href": "a%20b.pdf", "sz": 5, "ext": "pdf", "ts": 1686139205, "tags": {}}],
        "perms": ["read"],
    }
    listing = read(body)
    assert shown(listing) == [("directory", "sub dir", "sub%20dir/", None), ("file", "a b.pdf", "a%20b.pdf", 5)]
    assert {entry.modified for entry in listing.entries} == {NOON}
    assert read({"dirs": [], "files": []}) == Listing(is_listing=True)


def test_folders_that_bring_their_rows_with_them() -> None:
    inner = [{"type": "file", "name": "x.pdf"}, {"type": "file", "name": "../x"}]
    contents = [{"type": "directory", "name": "d e", "contents": inner}, {"type": "file", "name": "y.txt"}]
    body = [{"type": "directory", "name": ".", "contents": contents}, {"type": "report", "directories": 1, "files": 2}]
    listing = read(body)
    assert sorted(shown(listing)) == [
        ("directory", "d e", "d%20e/", None),
        ("file", "x.pdf", "d%20e/x.pdf", None),
        ("file", "y.txt", "y.txt", None),
    ]
    assert listing.unread == 1


def test_swift() -> None:
    rows = [
        {"hash": "d4", "last_modified": "2023-06-07T12:00:05.000000", "bytes": 7, "name": "2024/a b.pdf",
         "content_type": "application/pdf"},
        {"subdir": "2025/"},
    ]  # fmt: skip
    url = URL + "?format=json"
    assert shown(read(rows, url)) == [
        ("file", "a b.pdf", "2024/a%20b.pdf", 7),
        ("directory", "2025", "2025/", None),
    ]
    xml = (
        "<container name='pub'><object><name>2024/a b.pdf</name><hash>d4</hash><bytes>7</bytes>"
        "<last_modified>2023-06-07T12:00:05.000000</last_modified></object>"
        "<subdir name='2025/'><name>2025/</name></subdir></container>"
    )
    assert shown(read(xml, URL.rstrip("/") + "?format=xml")) == shown(read(rows, url))


def test_subversion() -> None:
    rows = '<updir/><dir name="sub dir" href="sub%20dir/"/><file name="a b.pdf" href="a%20b.pdf"/>'
    text = f'<?xml version="1.0"?>\n<svn version="1.14.2"><index rev="3" path="/pub" base="x">{rows}</index></svn>'
    assert shown(read(text)) == [("directory", "sub dir", "sub%20dir/", None), ("file", "a b.pdf", "a%20b.pdf", None)]
    assert read('<svn version="1.14.2"><index rev="3" path="/"></index></svn>') == Listing(is_listing=True)


def test_what_an_object_inside_a_row_says() -> None:
    stats = {"dev": 65024, "mode": 33188, "size": 7, "mtimeMs": 1686139205000, "mtime": "2023-06-07T12:00:05.000Z"}
    listing = read({"dirs": [], "files": [{"name": "a.pdf", "stats": stats}]})
    assert shown(listing) == [("file", "a.pdf", "a.pdf", 7)]
    assert listing.entries[0].modified == NOON


def test_rows_without_a_kind_are_files_only_with_a_cue() -> None:
    rows = [{"name": "a.pdf", "size": 10}, {"name": "b.txt", "size": 4096}, {"name": "c", "size": 4096}]
    assert [entry.kind for entry in read(rows).entries] == [EntryKind.FILE, EntryKind.FILE, EntryKind.UNKNOWN]


def test_a_page_without_its_slash_says_itself_which_folder_it_is() -> None:
    rows = [{"path_type": "Dir", "name": "sub", "mtime": 1686139205000, "size": 2}]
    body = {"href": "/pub", "kind": "Index", "uri_prefix": "/", "paths": rows}
    assert shown(read(body, "http://files.example.org/pub")) == [("directory", "sub", "sub/", None)]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        [1, 2, 3],
        ["a.txt", "b.txt"],
        {"error": "not found"},
        [{"id": 1, "name": "Example", "type": "admin", "created_at": "2023-01-01"}],
        [{"name": "T-Shirt", "size": "M", "price": 3}, {"name": "Coat", "size": "L", "price": 9}],
        [{"id": 1, "name": "stray", "full_name": "x/stray", "size": 108, "updated_at": "2023-01-01T00:00:00Z"}],
        [{"name": "Home", "href": "/"}, {"name": "About", "href": "/about"}],
        {"items": [{"name": "Hello", "date": "2023-01-01", "url": "/news/1"}]},
        {"icons": [{"src": "a.png", "sizes": "1x1", "type": "image/png"}]},
        {"openapi": "3.0", "parameters": [{"name": "limit", "in": "query", "type": "integer"}]},
        {"features": [{"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Point"}}]},
        {"results": [{"name": "Dr Example", "type": "person", "modified": "2023-01-01T00:00:00Z"}]},
        {"urls": [{"filename": "x-1.0.tar.gz", "size": 9, "url": "https://elsewhere.example/x-1.0.tar.gz"}]},
    ],
)  # fmt: skip
def test_answers_that_are_no_listings(body: object) -> None:
    assert structured_listing(json.dumps(body).encode(), URL, "application/json") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"<!DOCTYPE html><html><body>Index of /</body></html>",
        b"<html><list/></html>",
        b"<rss><channel><item/></channel></rss>",
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://x/</loc></url></urlset>",
        b"<list><entry>x</entry></list>",
        b"<container><x/></container>",
        b"<!DOCTYPE list [<!ENTITY a 'b'>]><list><file size='1'>&a;</file></list>",
        b"Dear [Mrs Example], {nothing}",
        b"function (a) { return [1] }",
        b"%PDF-1.7",
        b"\x00\x01\x02",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"name":"a","type":"file","size":' + b"9" * 100_000 + b"}]",
    ],
)
def test_bodies_that_are_something_else(body: bytes) -> None:
    assert structured_listing(body, URL) is None


def test_utf_16() -> None:
    assert shown(read(NGINX_JSON.encode("utf-16"))) == shown(read(NGINX_JSON))


def test_rows_that_lead_elsewhere_are_counted() -> None:
    rows = [
        {"name": "a.pdf", "type": "file", "url": "https://elsewhere.example/a.pdf"},
        {"name": "b.pdf", "type": "file", "url": "/pub/b.pdf"},
    ]
    listing = read(rows)
    assert ([entry.name for entry in listing.entries], listing.unread) == (["b.pdf"], 1)


@given(st.binary(max_size=400))
def test_nothing_raises(body: bytes) -> None:
    structured_listing(body, URL)
    for start in (b"[{", b'[{"name":"a","type":"file"},', b"<list>", b"<list><file>", b"/* x */ f(["):
        structured_listing(start + body, URL)


_KEYS = st.sampled_from("name type is_dir size mtime href path files dirs contents n m".split())
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner)),
    max_leaves=20,
)


@given(_VALUES)
def test_no_json_raises_and_no_row_leaves_the_host(value: object) -> None:
    listing = structured_listing(json.dumps([value, {"name": "a", "type": "file"}]).encode(), URL)
    assert listing is None or listing.digest
    for entry in listing.entries if listing else ():
        assert entry.url.startswith("http://files.example.org/")
        assert ".." not in entry.url.split("/")
