from __future__ import annotations

import sys

import pytest

from benchmarks.extraction.catalogue import Files, chosen
from benchmarks.extraction.hardening import Tally, most_megabytes_of_a_child, outcome, samples, tally
from benchmarks.extraction.letters import Kind, letter
from benchmarks.extraction.mutations import mutated
from benchmarks.extraction.parent_memory import peak_megabytes
from extraction.isolation import IsolationLimits
from extraction.records import Extraction

# Seconds of one file; none of thousands took more than four on a busy machine.
LIMITS = IsolationLimits(seconds=20.0)
USUAL, MANY = 150, 3_000
# What reading may add to this process while the pool works; the letters themselves are in its workers.
MORE_MEGABYTES = 150


def whole(with_office: bool) -> dict[str, bytes]:
    forms = [form for form in chosen() if with_office or not form.filter]
    return samples(Files([letter(Kind.DISCHARGE, 0)]), forms)


def assert_accounted(found: Tally, count: int) -> None:
    assert found.files == count
    assert found.unaccounted == [], "neither text nor a reason"
    assert found.crashed == [], "a parser's complaint is unreadable or partial, and no worker dies"
    assert found.slowest < 2 * LIMITS.seconds


@pytest.mark.slow
def test_damaged_files_of_every_format_are_accounted_for() -> None:
    assert_accounted(tally(whole(with_office=False), USUAL, LIMITS), USUAL)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_thousand_damaged_files(capsys: pytest.CaptureFixture[str]) -> None:
    files = whole(with_office=True)
    before = peak_megabytes()
    found = tally(files, MANY, LIMITS)
    with capsys.disabled():
        sys.stdout.write(f"\n{found.table()}\nslowest {found.slowest:.1f} s, {found.deaths} workers died\n")
    assert_accounted(found, MANY)
    assert peak_megabytes() - before < MORE_MEGABYTES
    assert most_megabytes_of_a_child() < LIMITS.memory_bytes / (1 << 20)


def test_damage_is_the_same_for_the_same_seed() -> None:
    files = {"a": bytes(range(256)) * 8, "b": b"Dear Dr Sample, " * 99}
    first = [mutated("a", files, seed) for seed in range(20)]
    assert first == [mutated("a", files, seed) for seed in range(20)]
    assert sum(one != files["a"] for one in first) > 15


def test_nothing_is_unaccounted() -> None:
    assert outcome(Extraction("text/plain")) == "unaccounted"
    assert outcome(Extraction("application/x-empty")) == "empty"
