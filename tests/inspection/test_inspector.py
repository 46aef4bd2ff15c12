from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_range.letters import House, known_letters, letter
from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.inspector import Inspector
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Verdict

KEY = PackKey(bytes(range(32)))


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    folder = tmp_path_factory.mktemp("pack") / "pack"
    build_pack([Letter(known.letter_id, known.text) for known in known_letters(7)], folder, KEY)
    with ExtractorPool(workers=2) as extractors:
        yield Inspector(extractors, Matcher(open_pack(folder, KEY)), workers=2)


def test_a_letter_in_a_page_is_known_by_its_bytes_alone(inspector: Inspector) -> None:
    known = letter(House.IVF, 3, 7)
    page = f"<html><body><nav>Home</nav><pre>{known.text}</pre></body></html>".encode()
    seen = inspector.inspect(page)
    assert seen.judgement.verdict is Verdict.KNOWN_LETTER
    assert [match.letter_id for match in seen.judgement.letters] == [known.letter_id]
    assert seen.media_type == "text/html"
    assert seen.sha256 == hashlib.sha256(page).hexdigest()
    assert seen.size == len(page)
    assert seen.problems == ()


def test_what_can_not_be_read_is_never_clear(inspector: Inspector) -> None:
    seen = inspector.inspect(b"%PDF-1.4 nothing of a document")
    assert seen.judgement.verdict is Verdict.UNDETERMINED
    assert seen.problems
    assert all(isinstance(problem.reason, SkipReason) for problem in seen.problems)


def test_many_come_back_in_order(inspector: Inspector) -> None:
    texts = [(number, f"{number} {known.text}".encode()) for number, known in enumerate(known_letters(7))]
    answers = list(inspector.inspect_each(iter(texts)))
    assert [number for number, _ in answers] == list(range(len(texts)))
    assert all(seen.judgement.verdict is Verdict.KNOWN_LETTER for _, seen in answers)


def test_no_text_of_a_letter_is_in_what_an_answer_says_of_itself(inspector: Inspector, tmp_path: Path) -> None:
    known = letter(House.PRSB, 2, 7)
    told = repr(inspector.inspect(known.text.encode()))
    assert not any(identifier.lower() in told.lower() for identifier in known.identifiers)
