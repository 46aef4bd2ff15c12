"""JSON of many makers: what is a listing and what is not; samples follow the products' own sources."""

from __future__ import annotations

import pytest

from crawler.listings.json_keys import columns_of
from crawler.listings.json_listing import json_listing

URL = "http://files.example.org/pub/"
TIME = "2023-06-07T12:00:05Z"
HTTP = "Wed, 07 Jun 2023 12:00:05 GMT"
# Each lists a folder `d` and a file `a b.pdf` of 12 bytes.
LISTINGS: dict[str, object] = {
    "HFS 3": {"list": [{"n": "d/", "m": TIME}, {"n": "a b.pdf", "s": 12, "m": TIME}]},
    "gohttpserver": {"files": [
        {"name": "d", "path": "pub/d", "type": "dir", "size": 0, "mtime": 1686139205000},
        {"name": "a b.pdf", "path": "pub/a b.pdf", "type": "file", "size": 12, "mtime": 1686139205000},
    ], "auth": {"upload": False}},
    "File Browser": {"items": [
        {"path": "/d", "name": "d", "size": 4096, "modified": TIME, "mode": 2147484141, "isDir": True, "type": ""},
        {"path": "/a b.pdf", "name": "a b.pdf", "size": 12, "modified": TIME, "isDir": False, "type": "pdf"},
    ], "numDirs": 1},
    "h5ai": {"items": [
        {"href": "/pub/", "time": 1686139205000, "size": None, "managed": True},
        {"href": "/pub/d/", "time": 1686139205000, "size": None},
        {"href": "/pub/a%20b.pdf", "time": 1686139205000, "size": 12},
    ]},
    "Azure Data Lake": {"paths": [
        {"contentLength": "0", "etag": "x", "isDirectory": "true", "lastModified": HTTP, "name": "d"},
        {"contentLength": "12", "etag": "x", "lastModified": HTTP, "name": "a b.pdf"},
    ]},
    "Seafile": {"dirent_list": [
        {"is_dir": True, "last_modified": TIME, "folder_path": "/d/", "folder_name": "d", "size": 0},
        {"is_dir": False, "last_modified": TIME, "file_path": "/a b.pdf", "file_name": "a b.pdf", "size": 12},
    ]},
    "rclone": [
        {"Path": "d", "Name": "d", "Size": -1, "MimeType": "inode/directory", "ModTime": TIME, "IsDir": True},
        {"Path": "a b.pdf", "Name": "a b.pdf", "Size": 12, "ModTime": TIME, "IsDir": False},
    ],
    "GoIndex": {"files": [
        {"id": "1", "name": "d", "mimeType": "application/vnd.google-apps.folder", "modifiedTime": TIME},
        {"id": "2", "name": "a b.pdf", "mimeType": "application/pdf", "modifiedTime": TIME, "size": "12"},
    ]},
    "serve": {"files": [
        {"base": "d/", "relative": "/pub/d/", "type": "folder", "title": "pub/d/", "ext": "", "dir": "/pub/"},
        {"base": "a b.pdf", "relative": "/pub/a b.pdf", "type": "file", "ext": "pdf", "dir": "/pub/", "size": "12 B"},
    ], "directory": "pub/", "paths": [{"name": "pub/", "url": "/pub/"}]},
    "elFinder": {"files": [
        {"mime": "directory", "ts": 1686139205, "size": 0, "hash": "l1_x", "name": "d", "phash": "l1_L"},
        {"mime": "application/pdf", "ts": 1686139205, "size": 12, "hash": "l1_y", "name": "a b.pdf", "phash": "l1_L"},
    ]},
    "modes": [
        {"name": "d", "mode": "drwxr-xr-x", "size": 4096},
        {"name": "a b.pdf", "mode": "-rw-r--r--", "size": 12},
    ],
    "itself and above": [
        {"name": ".", "type": "directory"}, {"name": "..", "type": "directory"},
        {"name": "d", "type": "directory"}, {"name": "a b.pdf", "type": "file", "size": 12},
    ],
}  # fmt: skip
OTHERS: dict[str, object] = {
    "mail folders": [{"name": "Inbox", "type": "folder"}, {"name": "Sent", "type": "folder"}],
    "one-letter types": [{"name": "red", "type": "d"}, {"name": "blue", "type": "f"}],
    "posts": [{"id": 1, "date": TIME, "link": "http://files.example.org/x/", "type": "post"}],
    "media": [{"id": 1, "date": TIME, "link": "http://files.example.org/x", "mime_type": "image/jpeg"}],
    "releases": [{"name": "v1", "assets": [
        {"url": "http://files.example.org/a/1", "name": "x.zip", "content_type": "application/zip", "size": 12},
    ]}],
    "search results": {"results": [{"name": "report.pdf", "date": "2023-01-01", "url": "http://files.example.org/dl/1"}]},
    "a site's map": {"urls": [{"url": "/a/", "lastmod": "2023-01-01"}, {"url": "/b/", "lastmod": "2023-01-01"}]},
    "people": [{"id": 1, "name": "Ann", "size": 3, "updated_at": TIME}],
    "columns": {"fields": [{"name": "id", "type": "integer"}, {"name": "file", "type": "string"}]},
    "a project": {"files": {}, "version": "1.0", "name": "app", "size": "large"},
    "apps": [{"name": "River Report", "url": "https://app.example.org/0", "modified": TIME}],
    "keys without end": [{f"key {number}": 1 for number in range(10_000)} | {"name": "a", "type": "file"}],
}  # fmt: skip


@pytest.mark.parametrize("maker", LISTINGS)
def test_a_folder_and_a_file(maker: str) -> None:
    listing = json_listing(LISTINGS[maker], URL)
    assert listing is not None
    assert [(entry.kind.value, entry.name, entry.url, entry.size) for entry in listing.entries] == [
        ("directory", "d", URL + "d/", None),
        ("file", "a b.pdf", URL + "a%20b.pdf", 12),
    ]
    assert listing.unread == 0


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_listing(what: str) -> None:
    assert json_listing(OTHERS[what], URL) is None


def test_folders_that_name_paths_bring_their_rows() -> None:
    inner = [{"path": "/d/a.pdf", "type": "file", "size": 12}]
    value = {"path": "/", "type": "directory", "files": [{"path": "/d", "type": "directory", "files": inner}]}
    listing = json_listing(value, URL)
    assert listing is not None
    assert sorted(entry.url for entry in listing.entries) == [URL + "d/", URL + "d/a.pdf"]


def test_keys_without_end_are_no_columns() -> None:
    assert columns_of(("name", "size")) is not None
    assert columns_of(("name", "s" * 100_000)) is None
