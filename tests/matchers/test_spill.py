"""What a build leaves on disk comes back whole and in order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matchers.spill import PARTS, ArrayFile, PartedRecords, SealedSpill, mapped


def test_an_array_file_gives_back_what_was_appended(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "a", "<u4") as file:
        file.append(np.array([1, 2]))
        file.append(np.array([], dtype=np.int64))
        file.append(np.array([3]))
    assert mapped(tmp_path / "a", "<u4").tolist() == [1, 2, 3]


def test_an_empty_file_is_an_empty_array(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "a", "<u8"):
        pass
    assert mapped(tmp_path / "a", "<u8").tolist() == []


def test_parts_follow_one_another_and_keep_the_order_of_equal_hashes(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    hashes = generator.integers(0, 1 << 64, 500, dtype=np.uint64)
    hashes[100:110] = hashes[0]
    records = PartedRecords(tmp_path, [("hash", "<u8"), ("number", "<u8")])
    rows = np.zeros(500, dtype=[("hash", "<u8"), ("number", "<u8")])
    rows["hash"], rows["number"] = hashes, np.arange(500)
    records.add(hashes[:300], rows[:300])
    records.add(hashes[300:], rows[300:])
    parts = [np.array(records.part(number)) for number in range(PARTS)]
    records.close()
    together = np.concatenate([part[np.argsort(part["hash"], kind="stable")] for part in parts])
    assert together["hash"].tolist() == sorted(hashes.tolist())
    assert together["number"][together["hash"] == hashes[0]].tolist() == [0, *range(100, 110)]


def test_what_is_spilled_lies_sealed_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchers.spill._WORDS_IN_MEMORY", 500)
    records = np.zeros(700, dtype=[("hash", "<u8"), ("posting", "<u8")])
    records["hash"] = np.arange(700)
    spill = SealedSpill(tmp_path, records.dtype)
    spill.append(records[:300])
    assert (spill.read() == records[:300]).all()
    spill.append(records[300:400])
    spill.append(records[400:])
    assert (spill.read() == records).all()
    assert list(tmp_path.iterdir()) == []
    assert spill._file is not None
    lying = mapped(spill._file, "<u8").tolist()
    spill.close()
    assert len(lying) == len(set(lying)) == 1400
    assert not {*lying} & {*range(700)}


def test_little_stays_in_memory(tmp_path: Path) -> None:
    spill = SealedSpill(tmp_path / "nowhere", "<u8")
    assert len(spill.read()) == 0
    spill.append(np.arange(3))
    assert spill.read().tolist() == [0, 1, 2]
    spill.close()
