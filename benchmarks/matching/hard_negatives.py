"""Documents that look like a known letter and are none: 17, by number as the field notes list them.

Number 10 is one: a patient's own publication of the letter holds it, and saying so is right; what to do about it is a
person's decision. Number 17, a listing without end, is one page of text here; that it ends is tested in `crawler`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from benchmarks.matching.corpus import FIRST_OTHER, Corpus, MadeLetter
from benchmarks.matching.edits import body_excerpt
from benchmarks.matching.patients import Patient, patient
from benchmarks.matching.prose import frames, read_sections, seeded
from benchmarks.matching.rewriting import said_otherwise
from benchmarks.matching.specimens import NEVER_KNOWN, Specimen, Subject
from benchmarks.matching.templates import Mark
from matchers.verdicts import Verdict

HardNegative = Callable[[Subject], Specimen]

_TEMPLATE = frozenset({Verdict.SAME_TEMPLATE})
_FORM = frozenset({Verdict.TEMPLATE_ONLY})
_STRANGE = frozenset({Verdict.CLEAR, Verdict.UNDETERMINED})
# A text of ours with nobody's data: seen as ours, or too little of it to be seen.
_OURS_AT_MOST = _FORM | _STRANGE
# Bodies that no letter of any corpus has: letters of numbers from here on are never made otherwise.
_FIRST_STRANGE = 2 * FIRST_OTHER
# A corpus of another seed is another world: other organisations' variations of the same styles.
_ELSEWHERE = 7_001
_STRANGE_DAYS = "{m2}-{d2}-{y}"
_QUOTED_WORDS = 22
_REPORTED_WORDS = 150
_FIELD = re.compile(r"\{(\w+)\}")


def blank_template(subject: Subject) -> Specimen:
    """1: the organisation's empty form."""
    return Specimen(subject.corpus.blank(subject.letter.number), (), _FORM)


def other_patient(subject: Subject) -> Specimen:
    """2: another patient's letter on the same template."""
    other = subject.corpus.letter(FIRST_OTHER + subject.letter.number, subject.letter.template)
    return Specimen(other.text, (), _TEMPLATE)


def sequel(subject: Subject) -> Specimen:
    """3: the same patient's next letter: the right person, the wrong letter."""
    return Specimen(subject.corpus.sequel(subject.letter).text, (), _TEMPLATE)


def public_example(subject: Subject) -> Specimen:
    """4: a published example in a real format."""
    return _told(subject, "example", _STRANGE)


def education_sample(subject: Subject) -> Specimen:
    """5: a language test's case notes and sample answer."""
    return _told(subject, "education", _STRANGE)


def quoting_leaflet(subject: Subject) -> Specimen:
    """6: a leaflet that quotes the stock paragraphs of our letters."""
    return _ours(subject, "leaflet", _FORM, quoted="\n".join(subject.corpus.stock_of(subject.letter.number)))


def news_quotation(subject: Subject) -> Specimen:
    """7: a newspaper that quotes a sentence of the letter. Naming the letter as a shared passage is right."""
    quoted = body_excerpt(subject.letter, _QUOTED_WORDS, subject.generator)
    return _told(subject, "news", frozenset(Verdict) - _TEMPLATE, also=True, sentence=quoted)


def case_report(subject: Subject) -> Specimen:
    """8: a journal's case report, de-identified and in other words, of the letter's patient."""
    story = "\n\n".join(block.text for block in subject.letter.blocks if block.mark is Mark.STORY)
    told = said_otherwise(
        body_excerpt(subject.letter, len(story.split()) // 2, subject.generator), 1, subject.generator
    )
    return _told(subject, "case report", frozenset(Verdict) - _TEMPLATE, also=True, paraphrase=told)


def research_text(subject: Subject) -> Specimen:
    """9: a de-identified research set."""
    return _told(subject, "research", _STRANGE)


def patients_own_blog(subject: Subject) -> Specimen:
    """10: the patient's own publication; it does hold the letter."""
    told = _told(subject, "blog", frozenset({Verdict.KNOWN_LETTER}), letter=subject.letter.text)
    return Specimen(told.text, (subject.letter.letter_id,))


def clinic_page(subject: Subject) -> Specimen:
    """11: a page of our web site: prices, consultants, address and telephone as in the letterhead."""
    return _ours(subject, "page")


def training_manual(subject: Subject) -> Specimen:
    """12: a manual with a test patient's number and a stock paragraph."""
    return _ours(subject, "manual")


def court_judgment(subject: Subject) -> Specimen:
    """13: a judgment that names the couple, their dates of birth and address."""
    return _told(subject, "court", _STRANGE)


def namesake(subject: Subject) -> Specimen:
    """14: another person of the same surname, date of birth and address, on the same template."""
    own = subject.letter.patient
    other = patient(subject.corpus.seed, own.serial + 1)
    row = replace(
        own.row,
        forename=other.row.forename,
        nhs_number=other.row.nhs_number,
        hospital_number=other.row.hospital_number,
    )
    twin = Patient(
        other.serial, row, own.female, own.title, own.born, own.street, own.place, other.mobile, own.partner,
        own.partner_surname, own.partner_born,
    )  # fmt: skip
    letter = subject.corpus.letter(_FIRST_STRANGE + subject.letter.number, subject.letter.template, twin)
    return Specimen(letter.text, (), _TEMPLATE)


def ten_digit_numbers(subject: Subject) -> Specimen:
    """15: an invoice whose order, telephone and ISBN-10 numbers pass the check of NHS numbers."""
    return _told(subject, "invoice", _STRANGE)


def own_export(subject: Subject) -> Specimen:
    """16: our own results, found again: ids, spans and reasons, no letter text."""
    return _told(subject, "export", _STRANGE)


def endless_listing(subject: Subject) -> Specimen:
    """17: a listing that goes on and on."""
    return _told(subject, "listing", _STRANGE)


def other_text(subject: Subject) -> Specimen:
    """Beside the 17: everyday text and strangers' texts in turn; most hold a story that no other text has."""
    number = subject.letter.number
    kinds = (public_example, education_sample, research_text, court_judgment, None, ten_digit_numbers, research_text)
    kind = kinds[number % len(kinds)]
    return kind(subject) if kind else _ours(subject, "other", _STRANGE)


def elsewhere(subject: Subject) -> Specimen:
    """Beside the 17: another organisation's letter in the same style, of another patient."""
    world = Corpus(_ELSEWHERE + subject.corpus.seed, subject.corpus.templates)
    return Specimen(world.letter(FIRST_OTHER + subject.letter.number).text, (), NEVER_KNOWN - {Verdict.SHARED_PASSAGE})


def _ours(
    subject: Subject, kind: str, verdicts: frozenset[Verdict] = _OURS_AT_MOST, quoted: str | None = None
) -> Specimen:
    """A text of the organisation, one of a kind in turn; it quotes one stock paragraph unless told otherwise."""
    number = subject.letter.number
    corpus = subject.corpus
    chosen = [lines for title, lines in read_sections("leaflets").items() if title.startswith(kind)]
    lines = chosen[number // corpus.templates % len(chosen)]
    stock = quoted or max(corpus.stock_of(number), key=len)
    text = "\n\n".join(lines).format_map({**corpus.own_words(number), "template": stock})
    return Specimen(text, (), verdicts)


def _told(subject: Subject, name: str, verdicts: frozenset[Verdict], also: bool = False, **told: str) -> Specimen:
    """A stranger's text with the letter's fields, something told, and stories of nobody."""
    letter = subject.letter
    stories = _strange_stories(letter)
    words = {**letter.fields, **told, "letter_id": letter.letter_id}

    def filled(found: re.Match[str]) -> str:
        return next(stories) if found[1] == "story" else words[found[1]]

    text = "\n\n".join(_FIELD.sub(filled, line) for line in read_sections("strangers")[name])
    return Specimen(text, (), verdicts, also=(letter.letter_id,) if also else ())


def _strange_stories(letter: MadeLetter) -> Iterator[str]:
    """Paragraphs in a wording that no letter has, the same for the same letter."""
    generator = seeded(f"strange/{letter.number}")
    known = frames(letter.patient.female, _STRANGE_DAYS, "strange_frames")
    while True:
        chosen = generator.sample(known, generator.randint(4, 7))
        yield " ".join(frame.drawn(generator.random) for frame in chosen)


HARD_NEGATIVES: Mapping[str, HardNegative] = MappingProxyType(
    {
        "1 blank form": blank_template,
        "2 other patient": other_patient,
        "3 sequel of the patient": sequel,
        "4 published example": public_example,
        "5 education sample": education_sample,
        "6 leaflet quoting": quoting_leaflet,
        "7 news quoting": news_quotation,
        "8 case report": case_report,
        "9 research text": research_text,
        "10 patient's own blog": patients_own_blog,
        "11 clinic's web page": clinic_page,
        "12 training manual": training_manual,
        "13 court judgment": court_judgment,
        "14 namesake": namesake,
        "15 ten-digit numbers": ten_digit_numbers,
        "16 our own export": own_export,
        "17 endless listing": endless_listing,
        "other text": other_text,
        "another organisation": elsewhere,
    }
)
