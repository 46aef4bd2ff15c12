"""What `python -m tests.extraction.fuzz` does for minutes, for seconds and without atheris."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.extraction.catalogue import Files, chosen
from benchmarks.extraction.hardening import samples
from benchmarks.extraction.letters import Kind, letter
from benchmarks.extraction.mutations import mutated
from documents.media_type import sniff
from tests.extraction.fuzz_targets import NAMES, TARGETS, aimed, call

DAMAGED_EACH = 2
quickly = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", NAMES)
@quickly
@given(data=st.binary(max_size=600))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@quickly
@given(text=st.text(max_size=200))
def test_any_name(text: str) -> None:
    TARGETS["named"](text.encode("utf-8", "surrogatepass"))


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return samples(Files([letter(Kind.LABORATORY, 0)]), [form for form in chosen() if not form.filter])


def test_damaged_files_raise_nothing_else(whole: dict[str, bytes]) -> None:
    for name, data in whole.items():
        for seed in range(DAMAGED_EACH):
            damaged = mutated(name, whole, 10_000 + seed)
            for target in {"sniffed", "carved", "repaired", "routed", str(sniff(data))} & TARGETS.keys():
                TARGETS[target](damaged)


def test_readers_of_other_types_refuse_it(whole: dict[str, bytes]) -> None:
    generator = random.Random(5)  # noqa: S311 - the choice must repeat
    for target in NAMES:
        TARGETS[target](whole[generator.choice(sorted(whole))])


def test_the_first_byte_names_the_target() -> None:
    assert aimed("named", b"letter.pdf") == bytes([1]) + b"letter.pdf"
    call(aimed("named", b"letter.pdf"))
    call(b"")
