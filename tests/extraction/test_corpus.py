"""Letters through every writer and reader on a small scale; `python -m benchmarks.extraction` is the large one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from benchmarks.extraction import office_suite
from benchmarks.extraction.catalogue import FORMATS, Files
from benchmarks.extraction.letters import Kind, letter, letters
from benchmarks.extraction.recovering import RECOVERED, Outcome, matcher_of, outcome, read
from benchmarks.extraction.rendered import Family, Format
from benchmarks.extraction.shingles import recovered, shingles, words
from extraction.isolation import ExtractorPool
from matchers.matcher import Matcher

# A letter with a table, one of a couple, and the one that is mostly a table.
FEW = (letter(Kind.DISCHARGE, 0), letter(Kind.FERTILITY, 1), letter(Kind.LABORATORY, 2))
PACK = 60
TEXT = [form for form in FORMATS if form.family is Family.TEXT and not form.filter]
OFFICE = [form for form in FORMATS if form.filter]
SCANS = [
    form
    for form in FORMATS
    if form.name in {"scan clean 200 pdf", "scan noisy 200 pdf", "scan fax 200 tiff", "pdf text and scan"}
]
needs_ocr = pytest.mark.skipif(find_spec("tesserocr") is None, reason="the extra ocr is not installed")
needs_office = pytest.mark.skipif(office_suite.program() is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with matcher_of(PACK) as made:
        yield made


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractorPool]:
    with ExtractorPool(2) as made:
        yield made


def outcomes(form: Format, pool: ExtractorPool, matcher: Matcher) -> list[Outcome]:
    made = Files(FEW).of(form)
    extractions = read(pool, made)
    return [outcome(matcher, *one) for one in zip(FEW, made, extractions, strict=True)]


@pytest.mark.parametrize("form", TEXT, ids=[form.name for form in TEXT])
def test_text_formats(form: Format, pool: ExtractorPool, matcher: Matcher) -> None:
    for one in outcomes(form, pool, matcher):
        assert one.recovered >= RECOVERED[Family.TEXT]
        assert one.named
        assert one.problem == ""


@needs_office
@pytest.mark.slow
@pytest.mark.parametrize("form", OFFICE, ids=[form.name for form in OFFICE])
def test_formats_that_libreoffice_writes(form: Format, pool: ExtractorPool, matcher: Matcher) -> None:
    for one in outcomes(form, pool, matcher):
        assert one.recovered >= RECOVERED[Family.TEXT]
        assert one.named
        assert one.problem == ""


@needs_ocr
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("form", SCANS, ids=[form.name for form in SCANS])
def test_scans(form: Format, pool: ExtractorPool, matcher: Matcher) -> None:
    few = FEW[:2]
    made = Files(few).of(form)
    for one in zip(few, made, read(pool, made), strict=True):
        found = outcome(matcher, *one)
        assert found.recovered >= RECOVERED[form.family]
        assert found.named


def test_letters_repeat_and_differ() -> None:
    first, second = letters(45), letters(45)
    assert [one.text for one in first] == [one.text for one in second]
    assert len({one.identifiers["nhs_number"] for one in first}) == len(first)
    assert {one.kind for one in first} == set(Kind)
    for one, sibling in zip(first, first[len(Kind) :], strict=False):
        assert recovered((one.text,), sibling.text) < 0.7


def test_shingles() -> None:
    assert words("Dr Müller's café, 3.5 mg") == ["dr", "muller", "s", "cafe", "3", "5", "mg"]
    assert shingles("a b") == {("a", "b")}
    assert len(shingles("a b c d e f")) == 2
    assert recovered(("a b c d e f",), "x a b c d e y") == 0.5
    assert recovered(("", "a"), "a") == 1.0
