"""A letter's place and sizes in its pack."""

from __future__ import annotations

from matchers.stored_letter import SIZES_BYTES, LetterSizes


def test_sizes_come_back_and_the_next_letter_follows() -> None:
    sizes = LetterSizes(
        10, 20, 30, 40, tokens=4, place_bytes=5, id_bytes=6, anchor_bytes=7, symbols=70, shared=35, siblings=9,
        multiplier=(1 << 64) - 1, mark=b"markmark", content=b"contents",
    )  # fmt: skip
    assert len(sizes.packed()) == SIZES_BYTES
    assert LetterSizes.unpacked(sizes.packed()) == sizes
    assert sizes.shared_share == 0.5
    following = sizes.next_start()
    assert (following.token_start, following.place_start, following.id_start) == (14, 25, 36)
    assert following.anchor_start == 47
    assert (following.symbols, following.tokens, following.shared_share) == (0, 0, 0.0)
