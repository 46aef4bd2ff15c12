"""Documents in which no letter was found: a person on the template, the template alone, or neither."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from demo_range.letters import House, blank_template, letter
from demo_range.sheets import BlockKind
from matchers.document_text import DocumentText
from matchers.pack import Pack
from matchers.rest import LEAST_TEXT, decide_rest
from matchers.shingles import covered
from matchers.template_text import template_runs
from matchers.verdicts import Piece, Verdict
from tests.matchers.conftest import MakeMatcher, letters_of, random_errors

HOUSES = list(House)
BLANK = "____________"
NEWS = (
    "The council has agreed to spend two million pounds on repairs to the harbour wall after the winter storms. "
    "Work begins in April and should end before the regatta, said the chair of the committee on Tuesday evening. "
)
LEAFLETS = (
    """Your visit to the clinic
Patient information leaflet   Reviewed 3 May 2024   Next review May 2027
{0}
The clinic is open from 8.30 am to 5 pm, Monday to Friday. Parking costs 2.80 for up to two hours.
{1}
Ring 01632 960745 and ask for Mrs Jane Farrow or Mr Tim Oduya. Leaflet no. PI-20419. Registered charity 1099999.""",
    """Mr Alasdair Penhaligon MBBS FRCS, consultant surgeon
He qualified in 1996 and trained in Leeds and Cardiff. He joined us on 2 September 2009 and lives by the sea.
{0}
He sees new patients on Tuesdays from 9.15 to 12.45. Secretary: Miss Ruth Ekwueme, 01632 960717. GMC number 9954321.
{1}""",
    """Writing good letters: a guide for new secretaries. Revised 14 August 2024.
{0}
Fill in the fields: [Title] [Surname], date of birth, hospital number (two letters, six digits), NHS number (3-3-4).
{1}
In the audit of 2023, 91 of 120 letters left in 5 days. Questions to Mrs Oonagh Whitlock, extension 4471.""",
)


@pytest.fixture(scope="module")
def pack(make_matcher: MakeMatcher) -> Pack:
    return make_matcher(letters_of(HOUSES, 12)).pack


def rest(pack: Pack, *texts: str, partial: bool = False) -> tuple[Verdict, str]:
    pieces = [Piece(str(number), text) for number, text in enumerate(texts)]
    document = DocumentText(pieces)
    marks = pack.look_up(pack.shingles_of(document.text)).template
    template = template_runs(covered(marks, pack.parameters.shingle_symbols), document.symbols)
    return decide_rest(document, pieces, template, partial)


def verdicts(pack: Pack, texts: Sequence[str], rate: float = 0.0) -> list[Verdict]:
    return [rest(pack, random_errors(text, rate, number))[0] for number, text in enumerate(texts)]


def quotes(house: House) -> list[str]:
    blocks = blank_template(house).blocks
    long = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH and not block.story]
    return [text for text in long if len(text) > 110 and BLANK not in text]


@pytest.mark.parametrize(("rate", "least"), [(0.0, 1.0), (0.05, 0.98), (0.10, 0.95)])
def test_other_patients_letters_are_same_template(pack: Pack, rate: float, least: float) -> None:
    answers = verdicts(pack, letters_of(HOUSES, 10, first=100), rate)
    assert answers.count(Verdict.SAME_TEMPLATE) >= least * len(answers)


def test_other_patients_letters_without_their_letterhead(pack: Pack) -> None:
    bare = ["\n\n".join(text.split("\n\n")[1:-1]) for text in letters_of(HOUSES, 6, first=100)]
    assert set(verdicts(pack, bare)) == {Verdict.SAME_TEMPLATE}


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.10])
@pytest.mark.parametrize("blank", [BLANK, "............", "[name]", "{{name}}", "XXXXXXXX", "<<Surname>>", ""])
def test_blank_forms_are_template_only(pack: Pack, blank: str, rate: float) -> None:
    forms = [blank_template(house).text.replace(BLANK, blank) for house in HOUSES]
    assert set(verdicts(pack, forms, rate)) == {Verdict.TEMPLATE_ONLY}


def test_forms_with_only_the_date_filled_in_are_template_only(pack: Pack) -> None:
    dated = re.compile(rf"(?m)^((?:Date (?:of [cl]|typed)|Clinic|Dictated|Admitted|Discharged)[^_\n]*){BLANK}")
    forms = [dated.sub(r"\g<1>12 April 2025", blank_template(house).text) for house in HOUSES]
    assert set(verdicts(pack, forms)) == {Verdict.TEMPLATE_ONLY}


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_leaflets_that_quote_the_template_are_template_only(pack: Pack, rate: float) -> None:
    texts = [leaflet.format(*(quotes(house) * 2)[:2]) for house in HOUSES for leaflet in LEAFLETS]
    assert set(verdicts(pack, texts, rate)) == {Verdict.TEMPLATE_ONLY}


def test_a_letter_whose_names_and_numbers_are_masked_still_tells_of_a_patient(pack: Pack) -> None:
    texts = []
    for house in HOUSES:
        one = letter(house, 100, 1)
        masked = one.text
        for identifier in one.identifiers:
            masked = re.sub(re.escape(identifier), "XXXXX", masked, flags=re.IGNORECASE)
        texts.append(masked)
    assert set(verdicts(pack, texts)) == {Verdict.SAME_TEMPLATE}


def test_marks_far_from_the_template_are_not_of_it(pack: Pack) -> None:
    form = blank_template(House.PLAIN).text
    person = "Dear Mrs Jones, date of birth 13 December 1988, NHS No: 999 285 0841."
    assert rest(pack, f"{person}\n{form}")[0] is Verdict.SAME_TEMPLATE
    assert rest(pack, person, form)[0] is Verdict.SAME_TEMPLATE
    assert rest(pack, person, NEWS * 30, form)[0] is Verdict.TEMPLATE_ONLY


def test_what_letters_share_is_no_mark(pack: Pack) -> None:
    """The organisation's own telephone, postcode and consultant stand in template text."""
    header = "\n".join(blank_template(House.IVF).header)
    assert rest(pack, f"{header}\n{quotes(House.IVF)[0]}")[0] is Verdict.TEMPLATE_ONLY


def test_a_passing_phrase_is_clear(pack: Pack) -> None:
    header = blank_template(House.IVF).header
    assert rest(pack, NEWS * 12 + header[1] + NEWS * 8)[0] is Verdict.CLEAR
    assert rest(pack, NEWS + "\n".join(header) + blank_template(House.IVF).footer)[0] is Verdict.TEMPLATE_ONLY


def test_little_text_and_partial_text_say_nothing(pack: Pack) -> None:
    short = NEWS[:80]
    assert rest(pack, short) == (
        Verdict.UNDETERMINED,
        f"too little text: 65 letters and digits, fewer than {LEAST_TEXT}",
    )
    assert rest(pack)[0] is Verdict.UNDETERMINED
    assert rest(pack, NEWS, partial=True)[0] is Verdict.UNDETERMINED
    assert rest(pack, blank_template(House.IVF).text, partial=True)[0] is Verdict.UNDETERMINED
    assert rest(pack, letter(House.IVF, 100, 1).text, partial=True)[0] is Verdict.SAME_TEMPLATE


def test_reasons_name_the_marks_and_never_their_values(pack: Pack) -> None:
    one = letter(House.PLAIN, 100, 1)
    _, why = rest(pack, one.text)
    assert "a patient's number" in why
    assert not [value for value in one.identifiers if value in why]
