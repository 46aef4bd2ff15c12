"""What an earlier pack knows of the shingles of a new letter: how many of its letters have each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.postings import Postings
from matchers.shingle_table import LookUp


def known_counts(found: LookUp, postings: Postings, kept: NDArray[np.bool_], length: int) -> NDArray[np.uint32]:
    """For each shingle of a new letter how many letters of the earlier pack have it, which stay in the new one.

    An earlier pack has counts of all shingles that several letters have. Of those that one letter has it has a sample,
    one of 8, with its places. But two of the sample that stand in the new letter as far apart as in the earlier one,
    and that meet or overlap, show that all text between is the same: so these gaps are filled. What is lost are at
    most 7 shingles at either end of a passage.

    Args:
        found: what the earlier pack has of the new letter's shingles.
        postings: those of `found`.
        kept: for each letter of the earlier pack whether it stays; what goes was counted and is taken off.
        length: symbols of a shingle.
    """
    stays = kept[postings.letter]
    with_kept = in_common(postings.where(stays), len(found.kinds), length)
    with_gone = in_common(postings.where(~stays), len(found.kinds), length)
    said = found.template | found.few
    less = np.where(
        found.template, found.counts, np.maximum(found.counts - np.minimum(found.counts, with_gone), with_kept)
    )
    return np.where(said, less, with_kept).astype(np.uint32)


def in_common(postings: Postings, size: int, length: int) -> NDArray[np.bool_]:
    """Which of `size` shingles stand in a passage that some letter of the earlier pack has."""
    shift = postings.position - postings.document
    order = np.lexsort((postings.document, shift, postings.letter))
    letter, shift, place = postings.letter[order], shift[order], postings.document[order]
    steps = np.zeros(size + 1, dtype=np.int64)
    np.add.at(steps, place, 1)
    np.add.at(steps, place + 1, -1)
    joined = (letter[1:] == letter[:-1]) & (shift[1:] == shift[:-1]) & (place[1:] - place[:-1] <= length)
    np.add.at(steps, place[:-1][joined], 1)
    np.add.at(steps, place[1:][joined], -1)
    common: NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
    return common
