"""Documents against packs: what must be found is found under its own name, and nobody else's letter ever is."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from demo_range.distortions import retyped
from demo_range.letters import House, blank_template, letter
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.sensitivity import Category
from matchers.verdicts import Piece, Verdict
from tests.matchers.conftest import MakeMatcher, judged, known, letters_of, random_errors, words_of

HOUSES = list(House)
NEWS = (
    "The council has agreed to spend two million pounds on repairs to the harbour wall after the winter storms. "
    "Work begins in April and should end before the regatta, said the chair of the committee on Tuesday evening. "
    "Traders in the market hall welcomed the plan, though some fear that the closed road will cost them customers. "
) * 3
STOCK = (
    "I have explained that this is common and that in most people it settles within a few months. You should keep to a "
    "balanced diet, avoid smoking and take regular gentle exercise, building up slowly over several weeks. If the pain "
    "becomes worse, if you notice any weakness or numbness, or if you develop a fever, please contact your own doctor "
    "without delay. Do not drive while you are taking the stronger tablets. We suggest the ordinary painkillers in "
    "the first instance and only add the others if these are not enough. There is good evidence that staying active "
    "helps recovery and that bed rest does more harm than good. The therapy department will send an appointment in the "
    "post and will go through a programme of stretching and strengthening with you. A leaflet is enclosed with this."
)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return letters_of(HOUSES, 6)


@pytest.fixture(scope="module")
def matcher(make_matcher: MakeMatcher, texts: list[str]) -> Matcher:
    return make_matcher(texts)


@pytest.fixture(scope="module")
def others() -> list[str]:
    """Other patients' letters on the same templates."""
    return letters_of(HOUSES, 6, first=100)


def test_every_letter_is_known_whole(matcher: Matcher, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        judgement = judged(matcher, text)
        assert judgement.verdict is Verdict.KNOWN_LETTER
        assert known(judgement) == {f"L{number}"}
        match = judgement.letters[0]
        assert match.containment > 0.99
        assert match.coverage > 0.99
        assert match.evidence > 500


def test_every_letter_is_known_retyped_at_five_per_cent(matcher: Matcher, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        assert known(judged(matcher, retyped(text, 0.05, number))) == {f"L{number}"}
        assert known(judged(matcher, random_errors(text, 0.05, number))) == {f"L{number}"}


def test_every_excerpt_of_150_words_is_known(matcher: Matcher, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        for first in (0, 60, 110):
            assert known(judged(matcher, words_of(text, 150, first))) == {f"L{number}"}


def test_a_short_excerpt_names_its_letter_as_a_shared_passage_or_not_at_all(matcher: Matcher, texts: list[str]) -> None:
    named = 0
    for number, text in enumerate(texts):
        judgement = judged(matcher, words_of(text, 60, 80))
        assert known(judgement) <= {f"L{number}"}
        named += f"L{number}" in {match.letter_id for match in judgement.letters}
    assert named > len(texts) * 0.8


def test_no_other_patients_letter_is_known(matcher: Matcher, others: list[str]) -> None:
    verdicts = []
    for number, text in enumerate(others):
        for form in (text, random_errors(text, 0.05, number)):
            judgement = judged(matcher, form)
            assert known(judgement) == set()
            verdicts.append(judgement.verdict)
    assert verdicts.count(Verdict.SAME_TEMPLATE) > len(verdicts) * 0.7
    assert Verdict.CLEAR not in verdicts


def test_blank_templates_are_template_only(matcher: Matcher) -> None:
    assert {judged(matcher, blank_template(house).text).verdict for house in HOUSES} == {Verdict.TEMPLATE_ONLY}


def test_unrelated_text_is_clear(matcher: Matcher) -> None:
    assert judged(matcher, NEWS).verdict is Verdict.CLEAR
    assert judged(matcher, NEWS).letters == ()


def test_a_bundle_reports_every_letter_and_no_other(matcher: Matcher, texts: list[str], others: list[str]) -> None:
    held = [3, 8, 14, 20, 26, 32]
    parts = [part for number in held for part in (others[number], retyped(texts[number], 0.02, 1), NEWS)]
    judgement = judged(matcher, "\n\n".join(parts))
    assert known(judgement) == {f"L{number}" for number in held}
    ranks = [match.verdict.rank for match in judgement.letters]
    assert ranks == sorted(ranks)


def test_a_letter_twice_in_a_document_is_one_match_with_both_places(matcher: Matcher, texts: list[str]) -> None:
    match = judged(matcher, f"{texts[4]}\n{NEWS}\n{texts[4]}").letters[0]
    assert [span.letter for span in match.spans] == [match.spans[0].letter] * 2
    assert match.containment > 0.99


def test_spans_are_code_points_on_both_sides(matcher: Matcher, texts: list[str]) -> None:
    before = "Ein Gruß vorweg — naïveté, ½ Liter. " * 5
    text = texts[7]
    for document in (before + text, before + text.replace("\n", "\r\n   "), text.replace(" ", "\u00a0 ")):
        spans = judged(matcher, document).letters[0].spans
        assert spans
        for span in spans:
            left, right = document[slice(*span.doc)], text[slice(*span.letter)]
            assert re.sub(r"\s", "", left) == re.sub(r"\s", "", right)


def test_a_letter_over_two_pages_has_a_span_in_each(matcher: Matcher, texts: list[str]) -> None:
    text = texts[9]
    cut = text.index(" ", len(text) // 2)
    pieces = [Piece("page 1", text[:cut] + "\nPage 1 of 2"), Piece("page 2", "Confidential\n" + text[cut:])]
    judgement = matcher.match(pieces)
    assert known(judgement) == {"L9"}
    spans = judgement.letters[0].spans
    assert [span.piece for span in spans] == ["page 1", "page 2"]
    assert spans[0].doc[0] == 0
    assert abs(spans[0].letter[1] - cut) < 20
    assert abs(spans[1].letter[0] - cut) < 20
    assert judgement.letters[0].containment > 0.95


def test_pages_in_another_order_are_still_the_letter(matcher: Matcher, texts: list[str]) -> None:
    text = texts[16]
    third = len(text) // 3
    pages = [text[2 * third :], NEWS, text[:third], text[third : 2 * third]]
    judgement = matcher.match([Piece(str(number), page) for number, page in enumerate(pages)])
    assert known(judgement) == {"L16"}


def test_an_excerpt_that_fills_an_attachment_is_known(matcher: Matcher, texts: list[str]) -> None:
    pieces = [Piece("", NEWS), Piece("a.txt", words_of(texts[21], 160, 40)), Piece("b.txt", NEWS)]
    assert known(matcher.match(pieces)) == {"L21"}


def test_names_masked_letters_are_known(matcher: Matcher) -> None:
    for number in range(6):
        one = letter(House.PLAIN, number, 1)
        masked = one.text
        for identifier in one.identifiers:
            masked = masked.replace(identifier, "XXXXX")
        place = HOUSES.index(House.PLAIN) * 6 + number
        assert known(judged(matcher, masked)) == {f"L{place}"}


def test_partial_text_is_never_clear(matcher: Matcher, texts: list[str]) -> None:
    assert matcher.match([Piece("", NEWS)], partial=True).verdict is Verdict.UNDETERMINED
    assert matcher.match([Piece("", texts[0])], partial=True).verdict is Verdict.KNOWN_LETTER


@pytest.mark.parametrize(
    "pieces", [[], [Piece("", "")], [Piece("", "Page 1 of 1")], [Piece("a", "\n"), Piece("b", "9")]]
)
def test_too_little_text_is_undetermined(matcher: Matcher, pieces: list[Piece]) -> None:
    judgement = matcher.match(pieces)
    assert judgement.verdict is Verdict.UNDETERMINED
    assert "too little text" in judgement.reasons[0]


def test_reasons_and_matches_hold_no_text_of_the_letter(matcher: Matcher, texts: list[str]) -> None:
    for text in texts[:6]:
        said = repr(judged(matcher, text)).casefold()
        assert not [word for word in text.casefold().split() if len(word) > 10 and word.strip(".,:;()") in said]


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_tiny_packs(make_matcher: MakeMatcher, house: House, count: int) -> None:
    texts = letters_of([house], count)
    matcher = make_matcher(texts)
    for number, text in enumerate(texts):
        assert known(judged(matcher, text)) == {f"L{number}"}
        assert known(judged(matcher, random_errors(text, 0.05, number))) == {f"L{number}"}
        assert known(judged(matcher, words_of(text, 150, 100))) == {f"L{number}"}
    for other in [*letters_of([house], 12, first=100), blank_template(house).text, NEWS]:
        assert known(judged(matcher, other)) == set()
        assert known(judged(matcher, random_errors(other, 0.03, 1))) == set()


def test_one_letter_on_each_of_several_templates(make_matcher: MakeMatcher, others: list[str]) -> None:
    texts = letters_of(HOUSES, 1)
    matcher = make_matcher(texts)
    assert [known(judged(matcher, text)) for text in texts] == [{f"L{number}"} for number in range(len(texts))]
    assert all(known(judged(matcher, other)) == set() for other in others)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_stock_paragraphs_are_not_claimed_for_the_letter_that_has_them_too(
    make_matcher: MakeMatcher, count: int
) -> None:
    texts = letters_of([House.DICTATION], count)
    matcher = make_matcher([f"{texts[0]}\n{STOCK}", *texts[1:]])
    assert known(judged(matcher, f"{texts[0]}\n{STOCK}")) == {"L0"}
    for other in letters_of([House.DICTATION, House.PRSB], 5, first=100):
        judgement = judged(matcher, f"{other}\n{STOCK}")
        assert known(judgement) == set()
        assert judgement.verdict in (Verdict.SHARED_PASSAGE, Verdict.SAME_TEMPLATE)


def test_copies_of_a_letter_are_each_known(make_matcher: MakeMatcher, texts: list[str]) -> None:
    matcher = make_matcher([texts[0], texts[0], *texts[1:4]])
    assert known(judged(matcher, texts[0])) == {"L0", "L1"}
    assert known(judged(matcher, random_errors(texts[0], 0.05, 2))) == {"L0", "L1"}


SCRIPTS = {
    "welsh": "Gwelwyd Mrs {n} yn y clinig ar {d} gyda phoen yn ei phen-glin chwith. Mae'r sgan yn dangos traul cynnar, "
    "a rhoddwyd cyngor ar ymarfer corff a lleddfu poen. Byddwn yn ei gweld eto ymhen chwe mis i drafod y cam nesaf.",
    "polish": "Pani {n} zgłosiła się do poradni w dniu {d} z powodu bólu lewego kolana. Badanie wykazało wczesne "
    "zmiany zwyrodnieniowe; zalecono ćwiczenia i leki przeciwbólowe. Kolejna wizyta za pół roku lub w razie gorączki.",
    "hindi": "श्रीमती {n} को {d} को बाएँ घुटने में दर्द के कारण क्लिनिक में देखा गया। जाँच में जोड़ों के घिसने के शुरुआती लक्षण मिले और "
    "व्यायाम तथा दर्द निवारक दवा की सलाह दी गई। अगली मुलाक़ात छह महीने बाद होगी, बुखार होने पर पहले संपर्क करें।",
    "arabic": "حضرت السيدة {n} إلى العيادة بتاريخ {d} بسبب ألم في الركبة اليسرى. أظهر الفحص تغيرات مبكرة في المفصل، "
    "ونُصحت بالتمارين وبمسكنات الألم. سنراها مرة أخرى بعد ستة أشهر لمناقشة الخطوة التالية، أو قبل ذلك إذا ظهرت حمى.",
    "chinese": "患者{n}女士于{d}因左膝疼痛来门诊就诊。检查显示关节早期退行性改变、建议进行功能锻炼并服用止痛药。"
    "六个月后复诊讨论下一步治疗方案、如出现发热或疼痛加重请提前联系门诊。既往无手术史、否认药物过敏、目前服用降压药物。",
}
NAMES = ["Rhiannon", "Wiśniewska", "शर्मा", "الحسن", "王秀英"]
DISTRACTOR = "Nothing of this kind was said on the day, and the file was closed without any further step being taken."


@pytest.mark.parametrize("script", SCRIPTS)
def test_other_scripts(make_matcher: MakeMatcher, script: str) -> None:
    name = NAMES[list(SCRIPTS).index(script)]
    tail = {"welsh": " Diolch.", "chinese": "谢谢。"}.get(script, "")
    text = SCRIPTS[script].format(n=name, d="12/04/2023") + tail
    matcher = make_matcher([text, NEWS])
    assert known(judged(matcher, text)) == {"L0"}
    assert known(judged(matcher, f"{DISTRACTOR}\n\n{text}\n\n{DISTRACTOR}")) == {"L0"}
    unrelated = [value for other, value in SCRIPTS.items() if other != script]
    assert {judged(matcher, value * 2).verdict for value in unrelated} == {Verdict.CLEAR}


# Published de-identified dictations, beside the checkout where developers keep them; not part of the project.
DICTATIONS = Path(__file__).parents[3] / "shared" / "corpora" / "clinical_transcripts.jsonl"


@pytest.fixture(scope="module")
def dictations() -> list[str]:
    """In an order of their own; letters that share passages of eight words with an earlier one are left out."""
    if not DICTATIONS.is_file():
        pytest.skip(f"the dictated texts {DICTATIONS.name} are not on this machine")
    texts = [json.loads(line)["text"] for line in DICTATIONS.read_text(encoding="utf-8").splitlines()]
    random.Random(3).shuffle(texts)  # noqa: S311 - the same in every run
    kept: list[str] = []
    seen: set[str] = set()
    for text in texts:
        words = text.casefold().split()
        shingles = {" ".join(words[start : start + 8]) for start in range(len(words) - 7)}
        if len(words) >= 200 and len(shingles & seen) < 20:
            kept.append(text)
            seen |= shingles
    return kept


@pytest.mark.parametrize("count", [1, 5, 200])
def test_free_dictation(make_matcher: MakeMatcher, dictations: list[str], count: int) -> None:
    texts, others = dictations[:count], dictations[count : count + 60]
    matcher = make_matcher(texts)
    numbers = range(0, count, max(1, count // 40))
    excerpts = 0
    for number in numbers:
        assert known(judged(matcher, texts[number])) == {f"L{number}"}
        assert known(judged(matcher, random_errors(texts[number], 0.05, number))) == {f"L{number}"}
        excerpts += known(judged(matcher, words_of(texts[number], 150, 30))) == {f"L{number}"}
    assert excerpts >= 0.95 * len(numbers)
    assert all(known(judged(matcher, other)) == set() for other in others)


def test_hostile_repetition_ends_soon_and_finds_the_letter(matcher: Matcher, texts: list[str]) -> None:
    assert known(judged(matcher, texts[2] * 200)) == {"L2"}
    assert judged(matcher, "a" * 300_000).verdict is Verdict.CLEAR
    assert judged(matcher, "Thank you for referring " * 20_000).letters == ()


def test_a_bundle_tells_of_each_letter_what_its_own_text_speaks_of_and_whose_it_is(tmp_path: Path) -> None:
    key = PackKey(b"k" * 32)
    fertility, urology = (letter(house, 3, 1).text for house in (House.IVF, House.OUTPATIENT))
    couple = {"surname": "Okonkwo", "forename": "Jane", "date_of_birth": "1980-04-12"}
    other = {"surname": "Hussain", "forename": "Ashley", "nhs_number": "9990000018"}
    rest = [Letter(f"R{number}", text) for number, text in enumerate(letters_of(HOUSES, 6, first=10))]
    letters = [
        Letter("F", fertility, couple, others=(other,)),
        Letter("U", urology, other | {"categories": "terminal"}),
    ]
    build_pack([*letters, *rest], tmp_path / "pack", key)
    judgement = Matcher(open_pack(tmp_path / "pack", key)).match([Piece("1", f"{urology}\n{fertility}\n{urology}")])
    told = {match.letter_id: match for match in judgement.letters}
    assert set(told) == {"F", "U"}
    assert Category.FERTILITY in told["F"].categories
    assert Category.FERTILITY not in told["U"].categories
    assert Category.TERMINAL in told["U"].categories
    assert [len(told[one].people) for one in "FU"] == [2, 1]
    assert told["F"].people[1:] == told["U"].people
    assert "categories" not in told["U"].anchors
    assert told["F"].reasons[0] in judgement.reasons


def test_a_letter_that_is_not_in_the_pack_tells_what_it_speaks_of(matcher: Matcher, others: list[str]) -> None:
    judgement = judged(matcher, others[HOUSES.index(House.IVF) * 6])
    assert (judgement.verdict, judgement.letters) == (Verdict.SAME_TEMPLATE, ())
    assert Category.FERTILITY in judgement.categories
    assert judged(matcher, NEWS).categories == ()
