from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from benchmarks.matching.corpus import FIRST_OTHER, Corpus, MadeLetter, patient_serial
from benchmarks.matching.patients import PATIENTS
from benchmarks.matching.prose import frames, read_sections
from benchmarks.matching.templates import Mark, template
from benchmarks.matching.transcripts import SHARED_RUNS, split, word_runs
from demo_range.people import check_digit

LETTERS = 1500
OTHERS = 300


def story_runs(letter: MadeLetter) -> set[str]:
    return {run for block in letter.blocks if block.mark is Mark.STORY for run in word_runs(block.text)}


def test_the_same_letters_in_every_process() -> None:
    command = "from benchmarks.matching.corpus import Corpus; print(Corpus(1).digest(40))"
    elsewhere = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert Corpus(1).digest(40) == elsewhere.stdout.strip()
    assert Corpus(2).digest(40) != Corpus(1).digest(40)


def test_a_letter_depends_on_its_number_alone() -> None:
    corpus = Corpus(1)
    assert [letter.text for letter in corpus.letters(5, 20)] == [corpus.letter(number).text for number in range(20, 25)]


def test_bodies_are_independent() -> None:
    corpus = Corpus(1)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for letter in corpus.letters(LETTERS):
        for run in story_runs(letter):
            holders[run].append(letter.number)
    most = []
    for letter in corpus.letters(OTHERS, FIRST_OTHER):
        shared = Counter(number for run in story_runs(letter) for number in holders.get(run, ()))
        most.append(max(shared.values(), default=0))
    dependent = sum(count >= SHARED_RUNS for count in most)
    assert dependent <= OTHERS // 100
    assert max(most) < 3 * SHARED_RUNS


def test_stock_text_is_in_the_share_of_letters_that_was_asked_for() -> None:
    stock = set(read_sections("stock")[""])
    for asked in (0.0, 0.4, 1.0):
        letters = list(Corpus(1, stock_share=asked).letters(300))
        having = sum(any(block.text in stock for block in letter.blocks) for letter in letters)
        # A letter that may have stock text has a place for it often, not always.
        assert asked * 0.75 * 300 <= having + 25 * (asked > 0)
        assert having <= asked * 300 + 25 * (asked > 0)


def test_known_letters_and_others_share_no_patient() -> None:
    known = {patient_serial(number) for number in range(2 * PATIENTS)}
    others = {patient_serial(FIRST_OTHER + number) for number in range(2 * PATIENTS)}
    assert not known & others


def test_the_register_row_is_what_the_letter_prints() -> None:
    for letter in Corpus(1).letters(30):
        row = letter.register_row
        assert row.surname.upper() in letter.text.upper()
        assert row.postcode in letter.text
        assert check_digit(row.nhs_number[:9]) == row.nhs_number[9]
        assert row.nhs_number.startswith("999")
        assert set(row.identifiers) == {
            "nhs_number", "hospital_number", "surname", "forename", "date_of_birth", "postcode",
        }  # fmt: skip


def test_a_sequel_is_the_same_patient_with_another_story() -> None:
    corpus = Corpus(1)
    letter = corpus.letter(3)
    sequel = corpus.sequel(letter)
    assert sequel.register_row == letter.register_row
    assert sequel.template == letter.template
    assert len(story_runs(sequel) & story_runs(letter)) < SHARED_RUNS


@pytest.mark.parametrize("count", [1, 10, 200])
def test_templates_differ_and_blanks_name_nobody(count: int) -> None:
    corpus = Corpus(1, templates=count)
    blanks = {corpus.blank(number) for number in range(count)}
    assert len(blanks) == count
    letter = corpus.letter(count + 1)
    assert letter.register_row.nhs_number not in corpus.blank(letter.template)
    assert letter.register_row.postcode not in corpus.blank(letter.template)


def test_styles_are_ten() -> None:
    assert len({template(number, 1).name for number in range(10)}) == 10
    assert len({template(number, 1).day_style for number in range(10)}) >= 6


def test_frames_leave_no_run_of_eight_words_undrawn() -> None:
    for frame in frames(female=True, day_style="{d}.{m2}.{y}"):
        fixed = max(len(part.split()) for part in frame.text.split("%s"))
        assert fixed < 6


def test_given_bodies_are_taken_for_the_stories() -> None:
    body = "First paragraph of a dictated text.\nSecond paragraph of it."
    letter = Corpus(1, bodies=[body], other_bodies=["Somebody else's."]).letter(0)
    assert "Second paragraph of it." in letter.text
    assert "Somebody else's." in Corpus(1, bodies=[body], other_bodies=["Somebody else's."]).letter(FIRST_OTHER).text


def test_dictated_texts_are_split_by_shared_runs() -> None:
    generated = [" ".join(block.text for block in letter.blocks) for letter in Corpus(3).letters(12)]
    passage = " ".join(generated[0].split()[:60])
    texts = [generated[0], generated[1], f"{passage} {generated[2]}", generated[3], generated[3], "too short"]
    found = split(texts)
    assert generated[0] in found.known
    assert found.known.count(generated[3]) == 1
    assert all(passage not in text for text in found.unknown)
    assert found.dropped == len(texts) - len(found.known) - len(found.unknown)
