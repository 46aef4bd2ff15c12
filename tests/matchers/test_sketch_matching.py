from __future__ import annotations

import pytest

from demo_range.letters import House
from matchers.keys import PackKey
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, build_pack
from matchers.sketch import Sketcher
from matchers.sketch_matching import FETCH_SHINGLES, PASSAGE_SHINGLES, Compared, SketchMatcher
from matchers.verdicts import Piece, Verdict
from tests.matchers.conftest import letters_of, random_errors

KEY = PackKey(b"k" * 32)
KNOWN = 40


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return letters_of([House.IVF], KNOWN)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Pack:
    folder = tmp_path_factory.mktemp("packs") / "pack"
    build_pack([Letter(f"L{number}", text) for number, text in enumerate(texts)], folder, KEY)
    return open_pack(folder, KEY)


def compared(pack: Pack, *documents: str) -> list[Compared]:
    sketcher = Sketcher(pack)
    return SketchMatcher(pack).compared([sketcher.sketched([Piece("", text)]) for text in documents])


def verdicts(shown: Compared) -> dict[str, Verdict | None]:
    return {match.letter_id: match.verdict for match in shown.matches if match.verdict}


def test_a_whole_letter_is_known(pack: Pack, texts: list[str]) -> None:
    (shown,) = compared(pack, texts[3])
    assert verdicts(shown) == {"L3": Verdict.KNOWN_LETTER}
    assert shown.matches[0].share > 0.95
    assert shown.template > 0


def test_every_letter_of_a_bundle_is_known(pack: Pack, texts: list[str]) -> None:
    (shown,) = compared(pack, "\n".join(texts[:10]))
    assert verdicts(shown) == {f"L{number}": Verdict.KNOWN_LETTER for number in range(10)}


def test_half_a_letter_and_a_poor_reading_are_a_passage(pack: Pack, texts: list[str]) -> None:
    half, poor = compared(pack, texts[5][: len(texts[5]) // 2], random_errors(texts[6], 0.05, 1))
    for shown, name in ((half, "L5"), (poor, "L6")):
        assert verdicts(shown) in ({name: Verdict.SHARED_PASSAGE}, {})
        assert shown.matches[0].letter_id == name
        assert shown.matches[0].shingles >= FETCH_SHINGLES
    assert verdicts(half) == {"L5": Verdict.SHARED_PASSAGE}
    assert half.matches[0].shingles >= PASSAGE_SHINGLES


def test_other_patients_on_the_template_make_no_finding(pack: Pack) -> None:
    others = letters_of([House.IVF], 40, first=1_000)
    for shown in compared(pack, *others):
        assert verdicts(shown) == {}
        assert shown.template > 0, "the template shows"


def test_text_of_nobody_of_ours_shows_nothing(pack: Pack) -> None:
    (shown, empty) = compared(pack, "A page about gardens, seeds and the weather in spring. " * 30, "")
    assert (shown.matches, shown.template, empty.matches, empty.template) == ((), 0, (), 0)


def test_a_small_pack_calls_nothing_known(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("small") / "pack"
    build_pack([Letter("L0", texts[0])], folder, KEY)
    small = open_pack(folder, KEY)
    shown, other = compared(small, texts[0], texts[1])
    assert verdicts(shown) == {"L0": Verdict.SHARED_PASSAGE}, "one letter does not show what of it is template"
    assert verdicts(other) == {}
    assert other.matches, "it is fetched all the same"


def test_a_passage_in_a_known_letter_is_that_letters(pack: Pack, texts: list[str]) -> None:
    sketcher = Sketcher(pack)
    sketch = sketcher.sketched([Piece("", texts[7])])
    matcher = SketchMatcher(pack)
    (shown,) = matcher.compared([sketch], [["L7"]])
    assert [match.letter_id for match in shown.matches] == ["L7"]


def test_what_is_told_names_its_basis_and_no_text(pack: Pack, texts: list[str]) -> None:
    matcher = SketchMatcher(pack)
    (shown,) = compared(pack, texts[3])
    told = matcher.told(shown.matches[0], Verdict.KNOWN_LETTER)
    assert "by its sketch" in told.reasons[0]
    assert "names and numbers were not compared" in told.reasons[0]
    assert told.spans == ()
    assert 0.9 < told.containment <= 1
