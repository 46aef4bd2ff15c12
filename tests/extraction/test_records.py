from __future__ import annotations

from extraction.records import Content, Embedded, Extraction, PageFacts, TextPiece


def test_no_repr_shows_text_of_a_document() -> None:
    secret = "Mrs A Sample"
    piece, facts = TextPiece("#page=1", secret), PageFacts(title=secret, author=secret)
    records = [
        Content((piece,), embedded=(Embedded("#attachment=1", secret.encode()),), reading=secret, facts=facts),
        Extraction("text/html", (piece,), reading=secret, facts=facts),
    ]
    assert all("Sample" not in repr(record) for record in records)


def test_text_is_all_pieces_in_order() -> None:
    assert Extraction("application/pdf", (TextPiece("#page=1", "one"), TextPiece("#page=2", "two"))).text == "one\ntwo"
