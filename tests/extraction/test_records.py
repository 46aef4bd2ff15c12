from __future__ import annotations

from extraction.records import Content, Embedded, Extraction, Origin, Sound, TextPiece


def test_no_repr_shows_text_of_a_document() -> None:
    secret = "Mrs A Sample"
    piece, origin = TextPiece("#page=1", secret), Origin(title=secret, author=secret)
    sound = Sound("", "wav", author=secret, comment=secret, fingerprint=secret.encode())
    records = [
        Content((piece,), embedded=(Embedded("!/a", secret.encode(), secret),), reading=secret, origins=(origin,)),
        Extraction("text/html", (piece,), reading=secret, origins=(origin,), sounds=(sound,)),
    ]
    assert all("Sample" not in repr(record) for record in records)


def test_text_is_all_pieces_in_order() -> None:
    assert Extraction("application/pdf", (TextPiece("#page=1", "one"), TextPiece("#page=2", "two"))).text == "one\ntwo"
