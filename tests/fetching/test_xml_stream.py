from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetching.xml_stream import XmlStream, local_name, root_name


def read(body: bytes, rows: tuple[str, ...] = ("row",), facts: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    stream = XmlStream(body, rows, facts)
    found = [f"{local_name(element)}={element.text or ''}" for element in stream]
    return found, stream.damaged


def test_rows_come_in_order_whatever_their_namespace() -> None:
    body = b'<x:list xmlns:x="urn:x"><x:row>a</x:row><row>b</row><name>n</name><other/></x:list>'
    assert read(body, facts=("name",)) == (["row=a", "row=b", "name=n"], False)


def test_rows_before_a_break_are_kept_and_half_a_row_is_none() -> None:
    assert read(b"<list><row>a</row><row>b</row><row>c") == (["row=a", "row=b"], True)
    assert read(b"<list><row>a</row></wrong><row>b</row></list>") == (["row=a"], True)


def test_a_row_keeps_its_fields_until_the_next_is_asked_for() -> None:
    body = b"<list>" + b"".join(b"<row><k>%d</k><v>x</v></row>" % n for n in range(10_000)) + b"</list>"
    stream = XmlStream(body, ("row",))
    assert [row[0].text for row in stream] == [str(n) for n in range(10_000)]
    assert not stream.damaged


def test_many_attributes_are_not_read() -> None:
    attributes = b" ".join(b'a%d=""' % n for n in range(100_000))
    assert read(b"<list><row " + attributes + b"/></list>") == ([], True)


def test_deep_nesting_ends_the_reading() -> None:
    found, damaged = read(b"<list><row>a</row>" + b"<b>" * 100_000)
    assert damaged
    assert found in (["row=a"], [])


@pytest.mark.parametrize(
    "more", [b"<z/>" * 500_000, b"<row>" + b"<z/>" * 500_000, b"<row>" + b"x" * 2_000_000], ids=["beside", "in", "text"]
)
def test_what_fills_memory_without_rows_is_left(more: bytes) -> None:
    assert read(b"<list><row>a</row>" + more + b"</list>") == (["row=a"], True)


def test_many_rows_are_no_gap() -> None:
    found, damaged = read(b"<list>" + b"<row>a</row>" * 200_000 + b"</list>")
    assert (len(found), damaged) == (200_000, False)


def test_an_entity_is_not_expanded() -> None:
    found, damaged = read(b"<list><row>&xxe;</row></list>")
    assert (found, damaged) == ([], True)


@pytest.mark.parametrize(
    ("body", "root"),
    [
        (b'<?xml version="1.0"?>\n<!-- c -->\n<list>', "list"),
        (b"<D:multistatus xmlns:D='DAV:'>", "multistatus"),
        (b"<!DOCTYPE html><html>", None),
        (b'<?xml version="1.0"?><!DOCTYPE list [<!ENTITY a "b">]><list>', None),
        (b"<!-- open", None),
        (b"text", None),
        (b"", None),
    ],
)
def test_root_names(body: bytes, root: str | None) -> None:
    assert root_name(body) == root


@given(st.binary(max_size=300))
def test_nothing_raises(body: bytes) -> None:
    root_name(body)
    read(body)
    read(b"<list>" + body)
