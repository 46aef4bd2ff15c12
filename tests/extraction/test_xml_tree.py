from __future__ import annotations

import pytest

from extraction.xml_tree import local_name, parse_xml


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
