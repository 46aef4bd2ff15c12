"""Rows of earlier tables and of new letters brought together, against the same done letter by letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.postings import RowKind, kinds_of, packed_counts, packed_postings, unpacked_postings
from matchers.shingle_counts import COUNTED
from matchers.shingle_table import STORED_SHIFT
from matchers.spill import PARTS
from matchers.table_rows import ROW, Rows, brought_together, in_parts

FREQUENT = 4
# Hash to (how many letters have it, places as letter and position); template from FREQUENT on.
Told = dict[int, tuple[int, list[tuple[int, int]]]]
PLACES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=3, unique=True)
TABLES = st.dictionaries(st.integers(0, 12), st.tuples(st.integers(1, 6), PLACES), max_size=8)


def rows_of(told: Told) -> Rows:
    hashes, values = [], []
    for value in sorted(told):
        count, places = told[value]
        if count > 1:
            hashes.append(value)
            kind = RowKind.TEMPLATE if count >= FREQUENT else RowKind.FEW
            values.append(int(packed_counts(kind, np.array([count]))[0]))
        for letter, position in places if count < FREQUENT else []:
            hashes.append(value)
            values.append(int(packed_postings(letter, np.array([position]), np.array([count == 1]))[0]))
    return Rows(np.array(hashes, dtype=np.uint64) << np.uint64(STORED_SHIFT), np.array(values, dtype=np.uint64))


def told_by(rows: Rows) -> tuple[dict[int, int], dict[int, set[tuple[int, int]]], dict[int, set[RowKind]]]:
    """Counts, places and kinds of rows by hash; what is said of a hash must stand first."""
    counts: dict[int, int] = {}
    places, kinds = defaultdict(set), defaultdict(set)
    for hashed, value, kind in zip(rows.hashes, rows.values, kinds_of(rows.values), strict=True):
        key = int(hashed) >> STORED_SHIFT
        kinds[key].add(RowKind(kind))
        if kind >= RowKind.FEW:
            assert key not in counts
            assert key not in places
            counts[key] = int(value) >> 2
        else:
            one = unpacked_postings(np.zeros(1, dtype=np.int64), np.array([value], dtype=np.uint64))
            places[key].add((int(one.letter[0]), int(one.position[0])))
    return counts, dict(places), dict(kinds)


def check(result: Rows, totals: dict[int, int], places: dict[int, set[tuple[int, int]]], forced: set[int]) -> None:
    assert (np.diff(result.hashes.astype(np.float64)) >= 0).all()
    counts, found, kinds = told_by(result)
    template = {value for value, count in totals.items() if count >= FREQUENT} | forced
    assert counts == {value: count for value, count in totals.items() if count > 1 or value in template}
    assert found == {value: standing for value, standing in places.items() if standing and value not in template}
    for value, own in kinds.items():
        several = totals[value] > 1
        expected = {RowKind.TEMPLATE} if value in template else {RowKind.FEW} if several else set()
        if value in found:
            expected |= {RowKind.SHARED if several else RowKind.UNIQUE}
        assert own == expected


@given(st.lists(TABLES, min_size=2, max_size=3))
@settings(deadline=None)
def test_tables_of_several_packs(tables: Sequence[Told]) -> None:
    none = np.zeros(0, dtype=COUNTED), np.zeros(0, dtype=ROW)
    result = brought_together([rows_of(table) for table in tables], *none, FREQUENT)
    totals: dict[int, int] = defaultdict(int)
    places: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for table in tables:
        for value, (count, standing) in table.items():
            totals[value] += count
            places[value] |= set(standing) if count < FREQUENT else set()
    check(result, totals, places, {v for table in tables for v, (count, _) in table.items() if count >= FREQUENT})


@given(TABLES, st.dictionaries(st.integers(0, 12), st.tuples(st.integers(0, 3), PLACES), max_size=8))
@settings(deadline=None)
def test_a_table_and_new_letters(table: Told, new: dict[int, tuple[int, list[tuple[int, int]]]]) -> None:
    """Of a new shingle the total is told wherever the earlier table has it, or several new letters."""
    totals = {value: count for value, (count, _) in table.items()}
    places = {value: set(standing) if count < FREQUENT else set() for value, (count, standing) in table.items()}
    counted, records = [], []
    for value, (more, standing) in new.items():
        before = totals.get(value, 0)
        totals[value] = before + more or 1
        if before or totals[value] > 1:
            counted.append((value << STORED_SHIFT, totals[value]))
        fresh = {(letter + 10, position) for letter, position in standing}
        places[value] = places.get(value, set()) | fresh
        for letter, position in fresh:
            packed = packed_postings(letter, np.array([position]), np.array([totals[value] == 1]))
            records.append((value << STORED_SHIFT, int(packed[0])))
    forced = {value for value, (count, _) in table.items() if count >= FREQUENT}
    result = brought_together(
        [rows_of(table)], np.array(sorted(counted), dtype=COUNTED), np.array(records, dtype=ROW), FREQUENT
    )
    check(result, totals, places, forced)


def test_pieces_become_parts(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    hashes = np.sort(generator.integers(0, 1 << 64, 3000, dtype=np.uint64))
    pieces = [Rows(part, part) for part in np.split(hashes, [0, 10, 10, 1700, 2999])]
    parts = list(in_parts(iter(pieces)))
    assert len(parts) == PARTS
    assert np.concatenate([part.hashes for part in parts]).tolist() == hashes.tolist()
    for number, part in enumerate(parts):
        assert {int(value) >> (64 - PARTS.bit_length() + 1) for value in part.hashes} <= {number}
    assert [len(part) for part in in_parts(iter([]))] == [0] * PARTS
