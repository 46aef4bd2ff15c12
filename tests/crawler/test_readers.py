"""What stands beside a name, whatever it is written in: columns, lines of text, loose pieces."""

# ruff: noqa: DTZ001, E501 - listings name no zone
from __future__ import annotations

from datetime import datetime

import pytest

from crawler.listings.addresses import Addresses
from crawler.listings.beside import Beside
from crawler.listings.blocks import Row, blocks_of
from crawler.listings.columns import TableReader
from crawler.listings.lines import LineReader
from crawler.listings.readers import PieceReader, SilentReader, kind_shown, reader_of
from crawler.markup import parse_text
from documents.records import EntryKind, ModifiedSource

URL = "http://files.example.org/pub/"
MINUTE = datetime(2023, 1, 2, 3, 4)


def rows_of(page: str) -> list[Row]:
    tree = parse_text(page.encode())
    assert tree is not None
    return [row for block in blocks_of(tree, Addresses(URL, URL)).blocks for row in block.rows]


def beside(page: str) -> list[Beside]:
    rows = rows_of(page)
    reader = reader_of(rows)
    return [reader.read(row) for row in rows]


def facts(page: str) -> list[tuple[int | None, datetime | None]]:
    return [(each.size.size if each.size else None, each.modified) for each in beside(page)]


@pytest.mark.parametrize(
    ("page", "reader"),
    [
        ("<table><tr><td><a href=a>a</a><td>1K<td>2023-01-02</table>", TableReader),
        ("<pre><a href=a>a</a> 2023-01-02 03:04 1K\n</pre>", LineReader),
        ("<div><a href=a>a</a><i>1K</i><i>2023-01-02</i></div>", PieceReader),
        ("<table><tr><td><a href=a>a</a><td><b>1K</b> on <b>2023-01-02</b></table>", PieceReader),
        ("<ul><li><a href=a>a</a><li><a href=b>b</a></ul>", SilentReader),
    ],
)
def test_the_reader_that_finds_most_is_taken(page: str, reader: type) -> None:
    assert type(reader_of(rows_of(page))) is reader


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td><a href=a>a</a><td>1536<td>2023-01-02 03:04",
        "<tr><td>2023-01-02 03:04<td>1,536<td><a href=a>a</a>",
        "<tr><td>7<td><a href=a>a</a><td>2023-01-02 03:04<td>1536 B<td>12",
        "<tr><td><a href=a>a</a><td>2023-01-02<td>03:04<td>1536",
        "<tr><td><a href=a>a</a><td data-sort-value=1536>1.5 KB<td><time datetime='2023-01-02 03:04'>a while ago</time>",
        "<tr><td><a href=a>a</a><td title='1,536 bytes'>2 KB<td title='2023-01-02 03:04'>Jan 2",
    ],
)
def test_columns_in_any_order(row: str) -> None:
    page = "<table>" + "".join(row.replace("href=a>a", f"href={name}>{name}") for name in "abc") + "</table>"
    assert facts(page) == [(1536, MINUTE)] * 3


def test_a_heading_decides_between_numbers() -> None:
    head = "<tr><th>Name<th>Hits<th>Size<th>Rank"
    rows = "<tr><td><a href=a>a</a><td>11<td>22<td>33<tr><td><a href=b>b</a><td>11<td>22<td>33"
    assert facts(f"<table>{head}{rows}</table>") == [(22, None)] * 2


def test_a_heading_names_the_unit() -> None:
    rows = "<tr><td><a href=a>a</a><td>22<tr><td><a href=b>b</a><td>0"
    assert [each.size and (each.size.size, each.size.error) for each in beside(f"<table><tr><th>Name<th>Size (KB){rows}")] == [
        (22 * 1024, 512), (0, 512)]  # fmt: skip


def test_days_are_read_in_the_order_that_the_column_proves() -> None:
    rows = "<tr><td><a href=a>a</a><td>03/04/2023<tr><td><a href=b>b</a><td>04/13/2023"
    assert [time for _, time in facts(f"<table>{rows}</table>")] == [datetime(2023, 3, 4), datetime(2023, 4, 13)]


def test_dashes_and_words_of_folders() -> None:
    folder, file = beside(
        "<table><tr><td><a href=a>a</a><td>&lt;DIR&gt;<td>-<td>2023-01-02"
        "<tr><td><a href=b>b</a><td>File<td>7 B<td>2023-01-02</table>"
    )
    assert (folder.kind, folder.dashed, folder.size) == (EntryKind.DIRECTORY, True, None)
    assert (file.kind, file.dashed) == (EntryKind.FILE, False)


@pytest.mark.parametrize(
    "line",
    [
        "<a href={0}>{0}</a>      02-Jan-2023 03:04     1536\n",
        "<a href={0}>{0}</a>      2023-01-02 03:04  1536  a description of 12M\n",
        "<img src=x> <a href={0}>{0}</a> 2023-01-02 03:04 1536\n",
        "  1/2/2023  3:04 AM         1536 <a href={0}>{0}</a><br>",
        "2023-01-02 03:04 <a href={0}>{0}</a> 1536\n",
        "-rw-r--r-- 1 root root 1536 2 Jan 2023 03:04 <a href={0}>{0}</a>\n",
        "<a href={0}>{0}</a> <b>2023-01-02 03:04</b> <i>1536</i>\n",
    ],
)
def test_lines_in_any_order(line: str) -> None:
    assert facts("<pre>" + "".join(line.format(name) for name in "abc") + "</pre>") == [(1536, MINUTE)] * 3


def test_a_line_ends_where_the_next_row_begins() -> None:
    page = "<pre><a href=a>a</a>\n<a href=b>b</a> 2023-01-02 03:04 7\n<a href=c>c</a> 2023-01-02 03:04 8\n</pre>"
    assert facts(page) == [(None, None), (7, MINUTE), (8, MINUTE)]


def test_no_day_is_made_up() -> None:
    page = "<pre><a href=a>a</a> 31-Feb-2023 03:04 7\n<a href=b>b</a> 02-Xyz-2023 03:04 7\n</pre>"
    assert [time for _, time in facts(page)] == [None, None]


def test_pieces_of_a_card() -> None:
    page = "<div>%s</div>"
    card = (
        "<div><a href={0}><b>{0}</b></a><p>Changed <i>2023-01-02 03:04</i></p><span data-size=1536>1.5 KB</span></div>"
    )
    read = beside(page.replace("%s", "".join(card.format(name) for name in "abc")))
    assert [(each.size.size if each.size else 0, each.modified) for each in read] == [(1536, MINUTE)] * 3
    assert {each.source for each in read} == {ModifiedSource.TEXT}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("<li class=folder><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><a class='file pdf' href=a>a</a>", EntryKind.FILE),
        ("<li><img alt='[DIR]' src=/icons/x.gif><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><img src=/icons/folder.png><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><img src=/icons/text.gif alt='[TXT]'><a href=a>a</a>", EntryKind.FILE),
        ("<li><i class='fa fa-folder'></i><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><i class=material-icons>folder</i><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><svg><use href='#file'></use></svg><a href=a>a</a>", EntryKind.FILE),
        ("<li data-type=directory><a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li>\U0001f4c1 <a href=a>a</a>", EntryKind.DIRECTORY),
        ("<li><span class=label>folder</span><a href=a>a</a>", None),
        ("<li><a href=a>a</a>", None),
    ],
)
def test_what_marks_say(row: str, kind: EntryKind | None) -> None:
    (found,) = rows_of(f"<ul>{row}</ul>")
    assert kind_shown(found) is kind
