"""What a part of a document holds: passages explained by a known letter, identifiers that settle, short texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_range.letters import House, letter
from matchers.anchors import Stretcher
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import AnchorState, Piece, Verdict
from tests.matchers.conftest import judged, known, letters_of, words_of

PARAGRAPH = (
    "On the fourteenth we spoke at length about the recurring dizziness that began after crossing to Heligoland, "
    "and I drew a small sketch of the semicircular canals for the family. The manoeuvre brought relief within the "
    "hour and was repeated twice on the balcony at home. An audiogram from the harbour clinic shows a notch at "
    "four kilohertz."
)
OTHER_WORDS = (
    "Quarterly sales of garden furniture rose in the northern shops while the southern branches reported weaker demand "
    "for parasols; the buyers will meet in Lincoln to settle on colours for the autumn catalogue and its cover. "
) * 3
PATIENT = {"nhs_number": "9991234500", "surname": "Pemberton", "forename": "Agatha", "date_of_birth": "1961-04-12"}
HEAD = "RE: Mrs Agatha Pemberton, DOB 12/04/1961, NHS No 999 123 4500\n\n"
OTHER_HEAD = "RE: Mr Conrad Whitlock, DOB 03/09/1948, NHS No 999 765 4307\n\n"


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    """A template that 24 letters show, and a letter with identifiers and a paragraph of its own."""
    texts = letters_of([House.OUTPATIENT], 24)
    letters = [Letter(f"L{number}", text) for number, text in enumerate(texts)]
    letters[0] = Letter("L0", f"{texts[0]}\n{PARAGRAPH}", identifiers=PATIENT)
    folder = tmp_path_factory.mktemp("packs") / "pack"
    build_pack(letters, folder, PackKey(b"k" * 32))
    return Matcher(open_pack(folder, PackKey(b"k" * 32)))


def test_a_passage_used_again_is_settled_by_identifiers(matcher: Matcher) -> None:
    bare = judged(matcher, f"{OTHER_WORDS}\n{PARAGRAPH}\n{OTHER_WORDS}")
    assert bare.verdict is Verdict.SHARED_PASSAGE
    assert set(bare.letters[0].anchors.values()) == {AnchorState.ABSENT}
    own = judged(matcher, f"{OTHER_WORDS}\n{HEAD}{PARAGRAPH}\n{OTHER_WORDS}")
    assert own.verdict is Verdict.KNOWN_LETTER
    assert set(own.letters[0].anchors.values()) == {AnchorState.AGREE}
    assert "identifiers of its patient" in own.reasons[0]


def test_another_person_makes_a_passage_shared_and_a_whole_letter_stays_known(matcher: Matcher) -> None:
    assert known(judged(matcher, PARAGRAPH)) == {"L0"}
    other = judged(matcher, OTHER_HEAD + PARAGRAPH)
    assert other.verdict is Verdict.SHARED_PASSAGE
    assert AnchorState.CONFLICT in other.letters[0].anchors.values()
    assert "another person" in other.reasons[0]
    text = letter(House.OUTPATIENT, 0, 1).text
    whole = judged(matcher, f"{OTHER_HEAD}{text}\n{PARAGRAPH}")
    assert whole.verdict is Verdict.KNOWN_LETTER
    assert AnchorState.CONFLICT in whole.letters[0].anchors.values()


def test_a_letter_without_identifiers_states_none(matcher: Matcher) -> None:
    found = judged(matcher, letter(House.OUTPATIENT, 3, 1).text)
    assert known(found) == {"L3"}
    assert found.letters[0].anchors == {}


def test_a_passage_within_a_known_letter_is_not_told_for_another(tmp_path: Path) -> None:
    texts = letters_of([House.OUTPATIENT], 24)
    texts[1] = f"{texts[1]}\n{PARAGRAPH}"
    texts[2] = f"{texts[2]}\n{PARAGRAPH}"
    key = PackKey(b"k" * 32)
    build_pack([Letter(f"L{number}", text) for number, text in enumerate(texts)], tmp_path / "pack", key)
    found = judged(Matcher(open_pack(tmp_path / "pack", key)), texts[1])
    assert [match.letter_id for match in found.letters] == ["L1"]


def test_a_few_rare_words_alone_are_for_a_person_to_look_at(matcher: Matcher) -> None:
    assert judged(matcher, words_of(PARAGRAPH, 9, 8) + " and the rest of this note says other things").verdict in (
        Verdict.UNDETERMINED,
        Verdict.SHARED_PASSAGE,
    )
    assert judged(matcher, words_of(OTHER_WORDS, 24, 0)).verdict is Verdict.CLEAR


def test_a_document_in_parts_says_the_same(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = letters_of([House.OUTPATIENT], 24)
    pieces = [Piece(f"page {number}", texts[number]) for number in range(1, 13)]
    whole = matcher.match(pieces)
    monkeypatch.setattr("matchers.matcher.part_ranges", lambda total: _overlapping(total, 9000, 4000))
    parts = matcher.match(pieces)
    assert {match.letter_id for match in whole.letters} == {f"L{number}" for number in range(1, 13)}
    assert known(parts) == known(whole)
    for one, other in zip(sorted(whole.letters, key=_id), sorted(parts.letters, key=_id), strict=True):
        assert other.containment == pytest.approx(one.containment, abs=0.02)
        assert {span.piece for span in other.spans} == {span.piece for span in one.spans}
        assert max(span.doc[1] for span in other.spans) == max(span.doc[1] for span in one.spans)


def _id(match: object) -> str:
    return str(getattr(match, "letter_id", ""))


def _overlapping(total: int, points: int, overlap: int) -> list[tuple[int, int]]:
    starts = range(0, max(1, total - overlap), points - overlap)
    return [(start, min(total, start + points)) for start in starts]


def test_stretching_hangs_on_the_key() -> None:
    assert Stretcher(PackKey(b"a" * 32)).stretched("name", "x") != Stretcher(PackKey(b"b" * 32)).stretched("name", "x")
