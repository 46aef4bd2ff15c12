from __future__ import annotations

import pytest

from extraction.pictures.xmp import origin_of, packets
from extraction.records import Origin

PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmp:CreatorTool="Example Writer 3" xmp:CreateDate="2026-03-12T14:22:33+01:00" xmp:ModifyDate="long ago">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Clinic letter</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>A Typist</rdf:li><rdf:li>B Typist</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_properties_are_read_as_elements_and_as_attributes() -> None:
    assert origin_of(PACKET) == Origin(
        title="Clinic letter", author="A Typist, B Typist", tool="Example Writer 3", created="2026-03-12T14:22:33+01:00"
    )


def test_the_last_packet_of_a_file_comes_first() -> None:
    later = PACKET.replace(b"Clinic letter", b"Second letter")
    found = [
        origin_of(packet).title for packet in packets(b"junk" + PACKET + b"\x00" * 100 + later + b"<x:xmpmeta cut")
    ]
    assert found == ["Second letter", "Clinic letter"]


@pytest.mark.parametrize("data", [b"", b"<x:xmpmeta", b"xmpmeta" * 100_000, b"<x:xmpmeta>" * 90_000])
def test_what_is_no_packet_costs_little(data: bytes) -> None:
    assert list(packets(data)) == []


def test_a_damaged_packet_says_what_is_left() -> None:
    assert origin_of(PACKET[: PACKET.index(b"</rdf:Alt>")] + b"</x:xmpmeta>").title == "Clinic letter"
    assert origin_of(b"<x:xmpmeta") == Origin()
