from __future__ import annotations

from pathlib import Path

import pytest

from findings.errors import SpoolError
from findings.planned_units import PlannedUnits, PlanOnDisk, write_plan
from tests.findings.conftest import unit_record


def test_a_plan_on_disk_is_the_plan_in_memory(tmp_path: Path) -> None:
    units = [unit_record(number) for number in range(50)]
    write_plan(tmp_path / "plan.parquet", units)
    on_disk, held = PlanOnDisk.of_file(tmp_path / "plan.parquet"), PlannedUnits.of_file(tmp_path / "plan.parquet")
    assert len(on_disk) == len(held) == 50
    assert list(on_disk) == list(held) == units
    assert on_disk[7] == units[7]
    assert on_disk[3:5] == units[3:5]


def test_a_damaged_plan_is_no_plan_or_the_plan_wherever_it_is_damaged(tmp_path: Path) -> None:
    """Some bytes of the format say nothing; whatever is altered else is noticed when it is opened."""
    path = tmp_path / "plan.parquet"
    units = [unit_record(number) for number in range(50)]
    write_plan(path, units)
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), 29):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            assert len(PlanOnDisk.of_file(path)) == len(units)
        except SpoolError:
            refused += 1
    assert refused > len(content) / 29 / 2
    path.write_bytes(content[:-100])
    with pytest.raises(SpoolError):
        PlanOnDisk.of_file(path)
