"""Frequencies count letters, not places, over every shingle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from matchers.frequencies import FrequencyCounter, contains


def spread(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Small numbers as hashes all over the range."""
    return np.array([value * 0x9E3779B97F4A7C15 % (1 << 64) for value in values], dtype=np.uint64)


def test_template_few_and_unique(tmp_path: Path) -> None:
    counter = FrequencyCounter(tmp_path)
    counter.add([spread([1, 2, 3, 3, 3]), spread([1, 2])])
    counter.add([spread([1]), spread([1, 4])])
    frequencies = counter.count(frequent_from=4)
    counter.close()
    assert frequencies.template.tolist() == spread([1]).tolist()
    assert frequencies.few.tolist() == spread([2]).tolist()
    frequent, counts = frequencies.of(spread([4, 3, 2, 1]))
    assert frequent.tolist() == [False, False, False, True]
    assert counts.tolist()[:3] == [1, 1, 2]


def test_everything_is_sorted_across_parts(tmp_path: Path) -> None:
    counter = FrequencyCounter(tmp_path)
    hashes = spread(list(range(1000)))
    counter.add([hashes, hashes])
    counter.add([hashes[:400]])
    frequencies = counter.count(frequent_from=3)
    counter.close()
    assert (np.diff(frequencies.template.astype(object)) > 0).all()
    assert (np.diff(frequencies.few.astype(object)) > 0).all()
    assert (len(frequencies.template), len(frequencies.few)) == (400, 600)


def test_nothing_shared(tmp_path: Path) -> None:
    counter = FrequencyCounter(tmp_path)
    counter.add([spread([1, 2])])
    frequencies = counter.count(frequent_from=2)
    counter.close()
    assert not contains(frequencies.template, spread([1])).any()
    assert frequencies.of(spread([1]))[1].tolist() == [1]


def test_copies_count_once(tmp_path: Path) -> None:
    counter = FrequencyCounter(tmp_path)
    copies = [spread([1, 2, 3]), spread([1, 2, 4]), spread([1, 2]), spread([1, 2])]
    counter.add([*copies, spread([1, 5])])
    counter.count_once(copies)
    frequencies = counter.count(frequent_from=3)
    counter.close()
    assert not len(frequencies.template)
    assert frequencies.few.tolist() == spread([1]).tolist()
    assert frequencies.of(spread([1, 2, 3, 4, 5]))[1].tolist() == [2, 1, 1, 1, 1]
