from __future__ import annotations

from dataclasses import replace

import pytest

from demo_range.letters import House
from matchers.letter_forms import FORMS, Form, formed
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.pack_life import set_thresholds
from matchers.thresholds import DEFAULT_THRESHOLDS, MILLION, Level, Rule, Tail, Thresholds, level_of
from matchers.trials import LeftOut, Near, Scale, tried_background, tried_other, tried_own
from matchers.verdicts import Piece, Verdict
from tests.matchers.conftest import MakeMatcher, judged, letters_of, random_errors

HOUSES = (House.PLAIN, House.PRSB)
KNOWN = letters_of(HOUSES, 24)
OTHERS = letters_of(HOUSES, 6, first=500)
STRICT = Thresholds(whole=1e4, alone=1e4, embedded=1e4, unlearned=1e4, shared=1e4, masked=1e4)


@pytest.fixture(scope="module")
def matcher(make_matcher: MakeMatcher) -> Matcher:
    return make_matcher(KNOWN)


def test_forms_are_cut_masked_and_damaged_the_same_way_each_time() -> None:
    text = "Dear Mrs Ada Quill, born 3/4/1957. " + "She walked her dog by the river on fine days. " * 40
    for form in FORMS:
        assert formed(text, form, OTHERS[0], "seed") == formed(text, form, OTHERS[0], "seed")
    assert formed(text, FORMS[0], "", "seed") == text
    assert len(formed(text, Form(words=30), "", "seed").split()) == 30
    assert formed("four words and no", Form(words=30), "", "seed") == "four words and no"
    assert formed(text, Form(errors=0.1), "", "a") != formed(text, Form(errors=0.1), "", "b")
    assert len(formed(text, Form(150, embedded=True), OTHERS[0], "seed").split()) == 450
    masked = formed(text, Form(masked=True), "", "seed")
    assert not any(name in masked for name in ("Quill", "1957", "3/4"))
    assert "walked her dog" in masked
    assert len({form.name for form in FORMS}) == len(FORMS)


def test_another_letter_on_the_template_is_near_and_not_known(matcher: Matcher) -> None:
    for text in OTHERS:
        near = tried_other(matcher, "O", text, OTHERS[0])
        assert isinstance(near, Near)
        assert not near.is_known(DEFAULT_THRESHOLDS)
        assert near.contacts


def test_a_letter_of_the_pack_in_another_version_is_left_out(matcher: Matcher) -> None:
    assert tried_other(matcher, "O", random_errors(KNOWN[3], 0.02, 1), "") is LeftOut.LOOKALIKE
    assert tried_background(matcher, "page", f"Found on the web:\n{KNOWN[3]}") is LeftOut.LOOKALIKE
    nothing = tried_background(matcher, "page", "Nothing here is anybody's letter. " * 20)
    assert nothing == Near("page", {}, {})


def test_a_letter_of_the_same_patient_is_left_out(tmp_path_factory: pytest.TempPathFactory, matcher: Matcher) -> None:
    folder = tmp_path_factory.mktemp("packs") / "pack"
    own = {"nhs_number": "9990000018", "hospital_number": "TH204417", "surname": "Quill", "date_of_birth": "1957-04-03"}
    head = "NHS number: 999 000 0018\nHospital number: TH204417\nDate of birth: 03/04/1957\nSurname: Quill\n\n"
    first = head + KNOWN[0]
    letters = [Letter("L0", first, own), *(Letter(f"L{n}", text) for n, text in enumerate(KNOWN[1:], 1))]
    key = matcher.pack.keyring.current
    build_pack(letters, folder, key)
    with_anchors = Matcher(open_pack(folder, key))
    sequel = head + OTHERS[0]
    assert with_anchors.contacts([Piece("", sequel)])
    assert tried_other(with_anchors, "O", sequel, "") is LeftOut.SAME_PERSON
    assert isinstance(tried_other(with_anchors, "O", OTHERS[0], ""), Near)


def test_what_is_known_in_a_trial_is_known_by_the_matcher(matcher: Matcher) -> None:
    for number in (2, 30):
        tried = tried_own(matcher, number, KNOWN[number], OTHERS[0])
        for form in FORMS:
            text = formed(KNOWN[number], form, OTHERS[0], f"{number}/{form.name}")
            found = [one.letter_id for one in judged(matcher, text).letters if one.verdict is Verdict.KNOWN_LETTER]
            assert tried.is_known(form, DEFAULT_THRESHOLDS) == (f"L{number}" in found), form.name
        assert tried.is_known(FORMS[0], DEFAULT_THRESHOLDS)
        assert not tried.is_known(FORMS[0], STRICT)


def test_a_known_letter_tells_what_chance_would_give(matcher: Matcher) -> None:
    whole = judged(matcher, KNOWN[5])
    best = whole.letters[0]
    assert best.false_per_million is not None
    assert 0 < best.false_per_million < 1
    assert "is expected by chance in at most" in whole.reasons[0]
    passage = judged(matcher, random_errors(KNOWN[5], 0.1, 3)).letters[0]
    assert passage.false_per_million is not None
    assert passage.false_per_million >= best.false_per_million
    assert all(one.false_per_million is None for one in whole.letters if one.verdict is not Verdict.KNOWN_LETTER)


def test_thresholds_in_the_pack_change_verdicts(tmp_path_factory: pytest.TempPathFactory, matcher: Matcher) -> None:
    folder = tmp_path_factory.mktemp("packs") / "pack"
    key = matcher.pack.keyring.current
    build_pack([Letter(f"L{n}", text) for n, text in enumerate(KNOWN)], folder, key)
    set_thresholds(folder, key, STRICT)
    assert open_pack(folder, key).thresholds == STRICT
    assert judged(Matcher(open_pack(folder, key)), KNOWN[5]).verdict is not Verdict.KNOWN_LETTER
    flat = Tail(0.0, 1_234.0, 1e9)
    own = replace(DEFAULT_THRESHOLDS, tails=replace(DEFAULT_THRESHOLDS.tails, whole=flat, masked=flat, alone=flat))
    set_thresholds(folder, key, own)
    found = judged(Matcher(open_pack(folder, key)), KNOWN[5])
    assert found.letters[0].false_per_million == pytest.approx(1_234, rel=0.01)
    assert "at most 1,234 of a million" in found.reasons[0]


def test_tails_and_thresholds_agree() -> None:
    tail = Tail(10.0, 1_000.0, 3.0)
    assert tail.expected(9.9) == MILLION
    assert tail.expected(tail.strength_for(1.0)) == pytest.approx(1.0)
    assert tail.strength_for(5_000.0) == 10.0
    assert tail.expected(1_000.0) == 0.01
    assert level_of(Rule.WHOLE, learned=False) is Level.UNLEARNED
    both = DEFAULT_THRESHOLDS.stricter(replace(DEFAULT_THRESHOLDS, alone=77.0))
    assert (both.alone, both.tails) == (77.0, DEFAULT_THRESHOLDS.tails)
    tails = replace(DEFAULT_THRESHOLDS.tails, alone=tail)
    together = DEFAULT_THRESHOLDS.stricter(replace(DEFAULT_THRESHOLDS, tails=tails)).tails.alone
    for strength in (12.0, 40.0):
        assert together.expected(strength) >= tail.expected(strength)
        assert together.expected(strength) >= DEFAULT_THRESHOLDS.tails.alone.expected(strength)


def test_scales_of_letters_on_unlearned_templates_are_their_own(make_matcher: MakeMatcher) -> None:
    near = tried_other(make_matcher(KNOWN[:3]), "O", OTHERS[0], "")
    assert isinstance(near, Near)
    assert set(near.contacts) <= {Scale.UNLEARNED}
    assert set(near.claims) <= {Level.UNLEARNED}
