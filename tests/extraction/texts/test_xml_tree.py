from __future__ import annotations

import pytest

from extraction.texts.xml_tree import local_name, parse_xml


def test_names_come_without_their_namespace() -> None:
    parsed = parse_xml(b"<w:p xmlns:w='urn:any'><w:t/><!-- c --></w:p>")
    assert parsed.root is not None
    assert [local_name(element) for element in parsed.root.iter()] == ["p", "t", ""]
    assert not parsed.repaired


@pytest.mark.parametrize("data", [b"<p>cut", b"<p>&unknown;</p>", b"<p><q></p>", b"<p>\x01</p>"])
def test_repairs_are_told(data: bytes) -> None:
    assert parse_xml(data).repaired


@pytest.mark.parametrize("data", [b"", b"no markup", b"\x00\x00"])
def test_what_is_no_xml_has_no_root(data: bytes) -> None:
    assert parse_xml(data).root is None


@pytest.mark.parametrize(
    "data",
    [
        b"<d><p>one</p></d><p>two</p>",
        b'<d><p>one</p><p a="b><q/><p>two</p></d>',
        b"\x00junk<d><p>one</p><p>two</p></d>",
        b"<?xml version='1.0' encoding='UTF-16'?><d><p>one</p><p>two</p></d>",
        b"<d><p>one</p>" + b"<q>" * 5000 + b"<p>two</p></d>",
    ],
)
def test_text_behind_damage_is_kept(data: bytes) -> None:
    parsed = parse_xml(data)
    assert parsed.root is not None
    assert [str(element.text).split("<")[0] for element in parsed.root.iter("p") if element.text] == ["one", "two"]


def test_bytes_in_another_charset_than_declared_are_no_damage() -> None:
    parsed = parse_xml("<?xml version='1.0' encoding='UTF-8'?><d>Zo\xeb</d>".encode("cp1252"))
    assert parsed.root is not None
    assert (parsed.root.text, parsed.repaired) == ("Zo\xeb", False)


def test_tags_beyond_the_most_are_left_out_and_that_is_told() -> None:
    parsed = parse_xml(b"<d>" + b"<p/>" * 10_000 + b"</d>", most_tags=501)
    assert parsed.root is not None
    assert (len(parsed.root), parsed.cut) == (500, True)
