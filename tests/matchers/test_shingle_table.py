"""The table gives back every row, for every shape it may have, and nothing for what is not in it."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers import shingle_table as table_module
from matchers import shingle_table_writer as writer_module
from matchers.errors import PackDamagedError
from matchers.postings import RowKind, counts_of, kinds_of, packed_counts, packed_postings
from matchers.seals import RowSeal
from matchers.shingle_table import HALVED_BUCKET_BITS, STORED_MASK, ShingleKind, ShingleTable
from matchers.shingle_table_writer import DirectoryWriter, TableWriter, bucket_bits
from matchers.siphash import Words
from matchers.spill import ArrayFile, mapped

SEAL = RowSeal(b"k" * 16, "generation")
NAMES = ("directory", "remainders", "values")


@dataclass(frozen=True)
class Rows:
    """What a table is made of, in order."""

    hashes: Words
    values: Words


def words(values: list[int]) -> Words:
    return np.array(values, dtype=np.uint64)


def write(folder: Path, parts: list[Rows], rows_at_most: int | None = None) -> None:
    total = sum(len(part.hashes) for part in parts)
    with ExitStack() as stack:
        one, two, three = (stack.enter_context(ArrayFile(folder / name, "<u1")) for name in NAMES)
        writer = TableWriter((one, two, three), SEAL, total if rows_at_most is None else rows_at_most)
        for part in parts:
            writer.append(part.hashes, part.values)
        assert writer.finish() == total


def opened(folder: Path) -> ShingleTable:
    directory, remainders, values = (mapped(folder / name, "<u1") for name in NAMES)
    return ShingleTable(directory, remainders, values, SEAL)


def made(folder: Path, rows: Rows, rows_at_most: int | None = None) -> ShingleTable:
    write(folder, [rows], rows_at_most)
    return opened(folder)


def random_rows(count: int, seed: int = 1) -> Rows:
    """Template, few with and without places, unique and shared places, in order."""
    generator = np.random.default_rng(seed)
    hashes = np.sort(generator.integers(0, 1 << 64, count, dtype=np.uint64))
    kinds = generator.integers(0, 4, count)
    values = []
    for number, kind in enumerate(kinds.tolist()):
        if kind >= RowKind.FEW:
            values.append(packed_counts(RowKind(kind), np.array([number % 7 + 2]))[0])
        else:
            unique = np.array([kind == RowKind.UNIQUE])
            values.append(packed_postings(number, np.array([number * 3]), unique)[0])
    return Rows(hashes, np.array(values, dtype=np.uint64))


def check(table: ShingleTable, rows: Rows) -> None:
    """Hold a table against its rows, one by one."""
    expected: dict[int, list[int]] = defaultdict(list)
    for hashed, value in zip((rows.hashes & STORED_MASK).tolist(), rows.values.tolist(), strict=True):
        expected[hashed].append(value)
    asked = words([*expected, *(hashed ^ 0x1FF00 for hashed in expected)])
    asked = asked[np.random.default_rng(2).permutation(len(asked))]
    found = table.look_up(asked)
    places: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    postings = found.postings
    for index, *place in zip(
        postings.document.tolist(),
        postings.letter.tolist(),
        postings.position.tolist(),
        postings.unique.tolist(),
        strict=True,
    ):
        places[index].append((place[0], place[1], place[2]))
    for index, hashed in enumerate(asked.tolist()):
        own = words(expected.get(hashed & int(STORED_MASK), []))
        kinds = kinds_of(own).tolist()
        kept = [(v >> 32, v >> 2 & 0x3FFFFFFF, v & 3 == RowKind.UNIQUE) for v in own.tolist() if v & 3 <= 1]
        assert places[index] == kept
        flags = ShingleKind(int(found.kinds[index]))
        assert (ShingleKind.TEMPLATE in flags) == (RowKind.TEMPLATE in kinds)
        assert (ShingleKind.FEW in flags) == (RowKind.FEW in kinds)
        assert (ShingleKind.KEPT in flags) == bool(kept)
        if kinds and kinds[0] >= RowKind.FEW:
            assert found.counts[index] == counts_of(own)[0]
        else:
            assert found.counts[index] == (1 if kinds == [RowKind.UNIQUE] else len(kinds))
    assert found.posting_rows == len(postings)


@pytest.mark.parametrize("count", [0, 1, 2, 15, 500, 5000])
def test_every_row_is_found_and_nothing_else(tmp_path: Path, count: int) -> None:
    rows = random_rows(count)
    check(made(tmp_path, rows), rows)


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_so_they_are_where_rows_store_half_a_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(writer_module, "HALVED_FROM", 0)
    rows = random_rows(count)
    table = made(tmp_path, rows)
    check(table, rows)
    assert (tmp_path / "directory").stat().st_size == ((1 << HALVED_BUCKET_BITS) + 1) * 8
    assert (tmp_path / "remainders").stat().st_size == 4 * count
    assert [part.tolist() for part, _ in table.rows()] == ([(rows.hashes & STORED_MASK).tolist()] if count else [])


def test_a_few_row_is_followed_by_its_places(tmp_path: Path) -> None:
    hashed = 0x0123456789ABCDEF
    values = np.concatenate(
        (packed_counts(RowKind.FEW, np.array([3])), packed_postings(7, np.array([20, 90]), np.zeros(2, dtype=np.bool_)))
    )
    found = made(tmp_path, Rows(words([hashed] * 3), values)).look_up(words([1, hashed, hashed]))
    assert found.kinds.tolist() == [0, ShingleKind.FEW | ShingleKind.KEPT, ShingleKind.FEW | ShingleKind.KEPT]
    assert (found.few & found.kept & ~found.template).tolist() == [False, True, True]
    assert found.counts.tolist() == [0, 3, 3]
    assert found.postings.document.tolist() == [1, 1, 2, 2]
    assert found.postings.position.tolist() == [20, 90, 20, 90]
    assert not found.postings.unique.any()


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=60), st.integers(1, 60), st.integers(0, 200))
def test_rows_come_back_in_order_however_they_were_given(
    tmp_path_factory: pytest.TempPathFactory, hashes: list[int], cut: int, spare: int
) -> None:
    folder = tmp_path_factory.mktemp("table")
    ordered = words(sorted(hashes))
    values = packed_postings(1, np.arange(len(ordered)), np.ones(len(ordered), dtype=np.bool_))
    parts = [Rows(ordered[at : at + cut], values[at : at + cut]) for at in range(0, len(ordered), cut)]
    write(folder, parts, len(hashes) + spare)
    pieces = list(opened(folder).rows(together=5))
    assert [hashed for piece, _ in pieces for hashed in piece.tolist()] == (ordered & STORED_MASK).tolist()
    assert [value for _, piece in pieces for value in piece.tolist()] == values.tolist()
    ends = [(one[0][-1], other[0][0]) for one, other in pairwise(pieces)]
    assert all(last != first for last, first in ends)


def test_a_copy_of_the_rows_is_the_same_table(tmp_path: Path) -> None:
    rows = random_rows(4000)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    table = made(tmp_path / "one", rows)
    write(tmp_path / "two", [Rows(*part) for part in table.rows(together=100)], len(table))
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_directory_is_the_same_in_small_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = random_rows(3000).hashes
    contents = []
    for together, cut in ((1 << 20, 3000), (3, 3000), (5, 7), (1, 1)):
        monkeypatch.setattr(writer_module, "_ENTRIES_TOGETHER", together)
        with ArrayFile(tmp_path / "d", "<u1") as file:
            writer = DirectoryWriter(file, 3000)
            for start in range(0, 3000, cut):
                writer.append(hashes[start : start + cut])
            writer.finish()
        contents.append((tmp_path / "d").read_bytes())
    assert contents == contents[:1] * 4


def test_values_are_sealed(tmp_path: Path) -> None:
    rows = random_rows(2000)
    made(tmp_path, rows)
    stored = mapped(tmp_path / "values", "<u8")
    assert (stored != rows.values).all()
    assert abs((stored & np.uint64(1)).mean() - 0.5) < 0.1


def test_rows_out_of_order_or_beyond_what_was_told_are_refused(tmp_path: Path) -> None:
    rows = random_rows(10)
    with pytest.raises(ValueError, match="not in order"):
        write(tmp_path, [Rows(rows.hashes[::-1], rows.values)])
    with pytest.raises(ValueError, match="not in order"):
        write(tmp_path, [Rows(rows.hashes[5:], rows.values[5:]), Rows(rows.hashes[:5], rows.values[:5])])
    with pytest.raises(ValueError, match="more rows"):
        write(tmp_path, [rows], 9)


def test_the_postings_of_a_flood_are_counted_before_they_are_opened(tmp_path: Path) -> None:
    values = packed_postings(3, np.arange(100), np.zeros(100, dtype=np.bool_))
    table = made(tmp_path, Rows(words([1 << 40] * 100), values))
    found = table.look_up(words([1 << 40] * 1000))
    assert found.posting_rows == 100_000
    assert len(found.postings) == 100_000
    assert table.look_up(words([1])).posting_rows == 0


def test_a_damaged_directory_never_reads_beyond_the_table(tmp_path: Path) -> None:
    rows = random_rows(2000)
    made(tmp_path, rows)
    directory = np.random.default_rng(3).integers(0, 256, (tmp_path / "directory").stat().st_size, dtype=np.uint8)
    table = ShingleTable(directory, mapped(tmp_path / "remainders", "<u1"), mapped(tmp_path / "values", "<u1"), SEAL)
    found = table.look_up(np.random.default_rng(4).integers(0, 1 << 64, 20_000, dtype=np.uint64))
    assert len(found.postings) <= found.posting_rows


@pytest.mark.parametrize("name", NAMES)
def test_files_that_do_not_belong_together(tmp_path: Path, name: str) -> None:
    made(tmp_path, random_rows(100))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-8])
    with pytest.raises(PackDamagedError):
        opened(tmp_path)


def test_buckets_hold_a_few_rows() -> None:
    for rows in (1000, 10**6, table_module.HALVED_FROM, 10**8, 6 * 10**8, 10**10):
        assert rows / (1 << bucket_bits(rows)) <= writer_module.ROWS_PER_BUCKET
    assert bucket_bits(6 * 10**8) == 26
