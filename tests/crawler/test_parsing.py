"""Listings as servers write them; samples follow mod_autoindex, ngx_http_autoindex_module and http.server."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from crawler.listings import Listing, parse_listing
from documents.records import Entry, EntryKind

URL = "http://files.example.org/pub/"

APACHE_FANCY = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Index of /pub</title></head><body>
<h1>Index of /pub</h1>
<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>                    <a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr><img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="/">Parent Directory</a>                             -
<img src="/icons/folder.gif" alt="[DIR]"> <a href="2023/">2023/</a>                   2023-01-02 03:04    -
<img src="/icons/layout.gif" alt="[   ]"> <a href="letter%20of%20J.%20Example%20to%20Dr%20Example.pdf">letter of J. Example t..&gt;</a> 2023-01-02 03:04  146K  A description of 12M
<img src="/icons/text.gif" alt="[TXT]"> <a href="exact.txt">exact.txt</a>               2023-01-02 03:04  512
<img src="/icons/unknown.gif" alt="[   ]"> <a href="big.iso">big.iso</a>                 2023-01-02 03:04  1.2G
<img src="/icons/unknown.gif" alt="[   ]"> <a href="a&amp;b.txt">a&amp;b.txt</a>                 2023-01-02 03:04    0
<hr></pre>
<address>Apache/2.4.58 (Ubuntu) Server at <a href="mailto:webmaster@example.org">files.example.org</a> Port 80</address>
</body></html>"""  # noqa: E501 - as the server writes it
APACHE_OLD_DATES = APACHE_FANCY.replace("2023-01-02 03:04", "02-Jan-2023 03:04")
APACHE_TABLE = """<html><head><title>Index of /pub</title></head><body><h1>Index of /pub</h1>
<table id="indexlist">
<tr class="indexhead"><th class="indexcolicon"><img src="/icons/blank.gif" alt="[ICO]"></th><th class="indexcolname"><a href="?C=N;O=D">Name</a></th><th class="indexcollastmod"><a href="?C=M;O=A">Last modified</a></th><th class="indexcolsize"><a href="?C=S;O=A">Size</a></th><th><a href="?C=D;O=A">Description</a></th></tr>
<tr><th colspan="5"><hr></th></tr>
<tr class="even"><td class="indexcolicon"><a href="/"><img src="/icons/back.gif" alt="[PARENTDIR]"></a></td><td class="indexcolname"><a href="/">Parent Directory</a></td><td class="indexcollastmod">&nbsp;</td><td class="indexcolsize">  - </td><td>&nbsp;</td></tr>
<tr class="odd"><td valign="top"><a href="2023/"><img src="/icons/folder.gif" alt="[DIR]"></a></td><td><a href="2023/">2023/</a></td><td align="right">2023-01-02 03:04  </td><td align="right">  - </td><td>&nbsp;</td></tr>
<tr class="even"><td><a href="letter%20of%20J.%20Example%20to%20Dr%20Example.pdf"><img src="/icons/layout.gif" alt="[   ]"></a></td><td><a href="letter%20of%20J.%20Example%20to%20Dr%20Example.pdf">letter of J. Example t..&gt;</a></td><td align="right">2023-01-02 03:04  </td><td align="right">146K</td><td>See <a href="exact.txt">this</a>, 12M</td></tr>
<tr><td></td><td><a href="exact.txt">exact.txt</a></td><td align="right">2023-01-02 03:04  </td><td align="right">512 </td><td></td></tr>
<tr><td></td><td><a href="big.iso">big.iso</a></td><td align="right">2023-01-02 03:04  </td><td align="right">1.2G</td><td></td></tr>
<tr><td></td><td><a href="a&amp;b.txt">a&amp;b.txt</a></td><td align="right">2023-01-02 03:04  </td><td align="right">  0 </td><td></td></tr>
<tr><th colspan="5"><hr></th></tr></table></body></html>"""  # noqa: E501 - as the server writes it
NGINX = (
    "<html>\r\n<head><title>Index of /pub/</title></head>\r\n<body>\r\n<h1>Index of /pub/</h1><hr><pre>"
    '<a href="../">../</a>\r\n'
    '<a href="2023/">2023/</a>                           02-Jan-2023 03:04                   -\r\n'
    '<a href="letter%20of%20J.%20Example%20to%20Dr%20Example.pdf">letter of J. Example to Dr..&gt;</a> '
    "02-Jan-2023 03:04              149504\r\n"
    '<a href="exact.txt">exact.txt</a>                     02-Jan-2023 03:04                 512\r\n'
    '<a href="./big.iso">big.iso</a>                       02-Jan-2023 03:04                1.2G\r\n'
    '<a href="a%26b.txt">a&amp;b.txt</a>                   02-Jan-2023 03:04                   0\r\n'
    "</pre><hr></body>\r\n</html>\r\n"
)
NAMES = ["2023", "letter of J. Example to Dr Example.pdf", "exact.txt", "big.iso", "a&b.txt"]


def read(page: str | bytes, url: str = URL) -> Listing:
    return parse_listing(page.encode() if isinstance(page, str) else page, url, "text/html")


def rows(page: str) -> dict[str, Entry]:
    return {entry.name: entry for entry in read(page).entries}


@pytest.mark.parametrize(
    "page", [APACHE_FANCY, APACHE_OLD_DATES, APACHE_TABLE, NGINX], ids=["fancy", "old dates", "table", "nginx"]
)
def test_names_sizes_and_dates(page: str) -> None:
    found = rows(page)
    assert list(found) == NAMES
    assert found["2023"].kind is EntryKind.DIRECTORY
    assert found["2023"].url == URL + "2023/"
    assert found["2023"].size is None
    letter = found["letter of J. Example to Dr Example.pdf"]
    assert letter.kind is EntryKind.FILE
    assert letter.url == URL + "letter%20of%20J.%20Example%20to%20Dr%20Example.pdf"
    assert (letter.size, letter.size_exact) == (149_504, page is NGINX)
    assert (found["exact.txt"].size, found["exact.txt"].size_exact) == (512, True)
    assert (found["big.iso"].size, found["big.iso"].size_exact) == (round(1.2 * 2**30), False)
    assert found["a&b.txt"].size == 0
    assert {entry.modified for entry in found.values()} == {datetime(2023, 1, 2, 3, 4)}  # noqa: DTZ001 - as listed
    assert {entry.parent for entry in found.values()} == {URL}


def test_apache_plain() -> None:
    page = """<html><head><title>Index of /pub</title></head><body><h1>Index of /pub</h1>
    <ul><li><a href="/"> Parent Directory</a></li>
    <li><a href="2023/"> 2023/</a></li>
    <li><a href="letter.pdf"> letter.pdf</a></li></ul></body></html>"""
    assert [(e.name, e.kind, e.size, e.modified) for e in read(page).entries] == [
        ("2023", EntryKind.DIRECTORY, None, None),
        ("letter.pdf", EntryKind.FILE, None, None),
    ]


def test_apache_with_a_header_of_its_own_and_no_title() -> None:
    page = APACHE_FANCY.replace("<title>Index of /pub</title>", "").replace("<h1>Index of /pub</h1>", "<h1>Files</h1>")
    page = page.replace("<h1>", '<pre>Welcome, read <a href="/about.html">this</a></pre><h1>')
    assert list(rows(page)) == NAMES


@pytest.mark.parametrize("name", ["caf\xe9.txt", "\u202egpj.exe", "a\x1bb.txt"])
def test_names_are_decoded_and_left_as_they_are(name: str) -> None:
    from urllib.parse import quote

    page = f'<title>Directory listing for /pub/</title><ul><li><a href="{quote(name)}">x</a></li></ul>'
    assert [entry.name for entry in read(page).entries] == [name]


def test_a_name_in_an_old_charset() -> None:
    page = '<title>Directory listing for /pub/</title><ul><li><a href="caf%E9.txt">x</a></li></ul>'
    (entry,) = read(page).entries
    assert entry.name == "caf\xe9.txt"
    assert entry.url == URL + "caf%E9.txt"


@pytest.mark.parametrize(
    "page",
    [
        APACHE_FANCY.split("<img src=\"/icons/folder", maxsplit=1)[0] + "</pre>",
        NGINX.split('<a href="2023/">', maxsplit=1)[0] + "</pre>",
        "<title>Directory listing for /pub/</title><h1>Directory listing for /pub/</h1><hr>\n<ul>\n</ul>\n<hr>",
    ],
    ids=["apache", "nginx", "python"],
)  # fmt: skip
def test_a_listing_may_be_empty(page: str) -> None:
    assert read(page) == Listing(is_listing=True)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html></html>",
        "<title>Index of refraction</title><ul><li><a href='glass.html'>Glass</a></li></ul>",
        "<title>Our letters</title><ul><li><a href='a.pdf'>A</a><li><a href='b.pdf'>B</a></ul>",
        "<h1>Index</h1><pre><a href='a.html'>chapter one</a></pre>",
        '{"index": "Index of /"}',
    ],
)
def test_an_ordinary_page_is_no_listing(page: str) -> None:
    assert read(page) == Listing(is_listing=False)


def test_a_file_is_no_listing_whatever_it_holds() -> None:
    assert not parse_listing(APACHE_FANCY.encode(), URL, "application/pdf").is_listing
    assert parse_listing(APACHE_FANCY.encode(), URL, None).is_listing


def test_base_is_honoured() -> None:
    page = NGINX.replace("<head>", '<head><base href="/other/place/">')
    assert read(page).entries[0].url == "http://files.example.org/other/place/2023/"


def test_rows_below_a_folder_that_lacks_its_slash() -> None:
    page = NGINX.replace('href="', 'href="/pub/')
    assert [entry.name for entry in read(page, URL.rstrip("/")).entries] == NAMES


@pytest.mark.parametrize(
    "href",
    ["../", "/", "/pub/", "./", ".", "..", "?C=N;O=A", "#top", "/icons/a.gif", "http://other.example/pub/x",
     "//other.example/pub/x", "javascript:void(0)", "mailto:a@b.c", "http://[", ""],
)  # fmt: skip
def test_what_is_no_row_is_dropped(href: str) -> None:
    page = f'<title>Index of /pub</title><pre><a href="{href}">x</a> <a href="a.txt">a.txt</a></pre>'
    assert [entry.url for entry in read(page).entries] == [URL + "a.txt"]


def test_a_cut_page_gives_the_rows_that_came() -> None:
    page = NGINX[: NGINX.index("exact.txt") + 20]
    assert [entry.name for entry in read(page).entries][:2] == NAMES[:2]


def test_equal_rows_have_equal_digests() -> None:
    below = NGINX.replace("/pub/", "/pub/2023/")
    assert read(NGINX).digest == read(below, URL + "2023/").digest
    assert read(NGINX).digest != read(NGINX.replace("512", "513")).digest


@pytest.mark.parametrize(
    ("written", "size", "exact"),
    [
        ("999999999999999999", 999_999_999_999_999_999, True),
        ("1234567890123456789", None, True),
        ("9" * 5_000, None, True),
        ("9" * 15 + "P", None, True),
        ("1." + "0" * 5_000 + "K", None, True),
        ("1.5K", 1536, False),
    ],
)
def test_sizes_beyond_sense_are_unknown(written: str, size: int | None, exact: bool) -> None:
    page = f"<title>Index of /pub</title><pre><a href='a.txt'>a.txt</a> 2023-01-02 03:04 {written}\n<a href='b.txt'>b"
    first, second = read(page).entries
    assert (first.size, first.size_exact) == (size, exact)
    assert second.name == "b.txt"


def test_a_listing_in_a_cell_of_a_page() -> None:
    """Sites put a listing into their own frame: rows are the inner table's, whatever stands around it."""
    head, _, rest = APACHE_TABLE.partition('<table id="indexlist">')
    table, _, tail = rest.partition("</table>")
    framed = f'{head}<table><tr><td>Menu 2001-02-03<td><table id="indexlist">{table}</table></td></tr></table>{tail}'
    assert rows(framed) == rows(APACHE_TABLE)


CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "listings"
# Shares of the corpus' pages that are read right at least; what is missing is told in docs/listings.md.
FLOORS = {"detected": 0.97, "folders and files": 0.9, "total": 0.95}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real listings lies outside the project")
def test_real_pages() -> None:
    right = dict.fromkeys(FLOORS, 0)
    expectations = json.loads((CORPUS / "expected.json").read_text())
    for name, expected in expectations.items():
        found = parse_listing((CORPUS / name).read_bytes(), expected["url"])
        kinds = [entry.kind for entry in found.entries]
        counts = (kinds.count(EntryKind.DIRECTORY), kinds.count(EntryKind.FILE))
        right["detected"] += found.is_listing
        right["folders and files"] += counts == (expected["n_dirs"], expected["n_files"])
        right["total"] += len(kinds) == expected["n_dirs"] + expected["n_files"]
    assert all(right[what] >= floor * len(expectations) for what, floor in FLOORS.items()), right


_MARKS = """
<table> </table> <tr> <td> <th> <ul> <li> </ul> <pre> </pre> <div> </div> <span> <a> </a> <hr> <br> <p> <h1> <title>
Index of /pub/ </title> <base href="x"> <base href="http://[/"> <script> </script> </html> <img alt="[DIR]" src="/i/folder.gif"> <!-- -->
<a href="a.txt"> <a href="b/"> <a href="../"> <a href="?dir=a"> <a href="http://other.example/a"> <a href="//[x"> <a href="%"> <a href="?">
<a href="?C=N;O=D"> <a data-href=x> <time datetime=2023-01-02> <td data-size=7> 2023-01-02 03:04 1.5K 12,345 - 12:30 31/12/2023 drwxr-xr-x &lt;dir&gt;""".split()  # noqa: E501
_PAGES = some.one_of(
    some.binary(max_size=300).map(lambda noise: b"<title>Index of /pub/</title>" + noise),
    some.lists(some.sampled_from(_MARKS), max_size=60).map(lambda marks: " ".join(marks).encode()),
    some.tuples(
        some.sampled_from([APACHE_FANCY, APACHE_TABLE, NGINX]),
        some.integers(0, 3_000),
        some.integers(0, 400),
        some.one_of(some.text(max_size=20), some.sampled_from(_MARKS)),
    ).map(lambda cut: (cut[0][: cut[1]] + cut[3] + cut[0][cut[1] + cut[2] :]).encode("utf-8", "replace")),
)


@given(_PAGES)
@example(b"<title>Index of /pub/</title><a href='?" + b"a=b&" * 200 + b"'>a</a>")
def test_no_page_breaks_it(page: bytes) -> None:
    listing = read(page)
    assert listing.is_listing or not listing.entries
    for entry in listing.entries:
        assert entry.parent == URL
        assert entry.size is None or entry.size >= 0
        # No row leads to another host or scheme but where the page's own address says so.
        if not entry.url.startswith("http://files.example.org/"):
            assert b"other.example" in page or b"//" in page or b":" in page
        assert entry.url.split(":")[0] in ("http", "https", "ftp", "ftps")


@given(
    some.lists(some.text(some.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1), min_size=3)
)
def test_names_come_through_unharmed(names: list[str]) -> None:
    """Control characters, escapes of terminals, other directions of writing: harmless only where they are shown."""
    from urllib.parse import quote

    names = [name for name in dict.fromkeys(names) if name not in (".", "..")]
    rows = "".join(f"<a href='{quote(name, safe='')}'>x</a> 02-Jan-2023 03:04 7\n" for name in names)
    page = f"<title>Index of /pub/</title><h1>Index of /pub/</h1><pre><a href='../'>../</a>\n{rows}</pre>"
    assert {entry.name for entry in read(page).entries} == set(names)
