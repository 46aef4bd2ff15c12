from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks.matching.corpus import Corpus
from benchmarks.matching.distortions import DISTORTIONS
from benchmarks.matching.edits import body_excerpt, identifier_forms, name_forms, noisy, wrapped
from benchmarks.matching.furniture import all_masked, all_replaced, shuffled_pages
from benchmarks.matching.prose import seeded
from benchmarks.matching.specimens import Specimen, Strength, Subject
from benchmarks.matching.templates import Mark

KNOWN = 60
NUMBERS = (0, 1, 3, 6)


def subject(number: int = 0, key: str = "test") -> Subject:
    corpus = Corpus(1)
    return Subject(corpus.letter(number), corpus, KNOWN, seeded(f"{key}/{number}"))


def made(name: str, strength: Strength) -> Iterator[tuple[Subject, Specimen]]:
    distort = next(function for title, function in DISTORTIONS.items() if title.startswith(f"{name} "))
    for number in NUMBERS:
        one = subject(number)
        yield one, distort(one, strength)


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def test_there_are_26_and_each_is_the_same_again() -> None:
    assert [title.split()[0] for title in DISTORTIONS] == [str(number) for number in range(1, 27)]
    for name, distort in DISTORTIONS.items():
        for strength in Strength:
            first, second = (distort(subject(2, name), strength).text for _ in range(2))
            # A PDF or DOCX carries no date of the day it is made.
            assert first == second, name


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.1, 0.2])
def test_character_errors_are_as_many_as_asked_for(rate: float) -> None:
    text = subject().letter.text
    distance = Levenshtein.distance(text, noisy(text, rate, seeded(7)))
    assert 0.8 * rate < distance / len(text) <= 1.1 * rate


def test_stronger_confusions_are_further_from_the_letter() -> None:
    distances = []
    for strength in Strength:
        one, specimen = next(made("1", strength))
        distances.append(Levenshtein.distance(one.letter.text, specimen.text) / len(one.letter.text))
    assert 0 < distances[0] < distances[1] < distances[2]


def test_wrapping_moves_white_space_alone() -> None:
    text = subject().letter.text
    assert wrapped(text, 40).split() == text.split()
    assert squeezed(wrapped(text, 40, hyphens=True)) == squeezed(text)
    assert max(map(len, wrapped(text, 40, hyphens=True).split("\n"))) <= 41


@pytest.mark.parametrize("words", [30, 60, 150])
def test_an_excerpt_of_the_body_is_a_run_of_the_letter_and_mostly_story(words: int) -> None:
    for number in range(20):
        one = subject(number)
        cut = body_excerpt(one.letter, words, one.generator)
        assert len(cut.split()) == words
        assert cut in " ".join(one.letter.text.split())
        story = " ".join(block.text for block in one.letter.blocks if block.mark is Mark.STORY).split()
        assert sum(word in story for word in cut.split()) >= 0.5 * words


def test_pages_change_places_and_nothing_is_lost() -> None:
    for number in NUMBERS:
        letter = subject(number).letter
        parts = shuffled_pages(letter, seeded(number))
        assert len(parts) >= 2
        assert sorted(" ".join(parts).split()) == sorted(letter.text.split())
        assert " ".join(parts).split() != letter.text.split()
    severe = [len(specimen.pages) for _, specimen in made("4", Strength.SEVERE)]
    assert set(severe) == {1}


def test_headers_are_put_between_the_lines() -> None:
    for one, specimen in made("3", Strength.SEVERE):
        assert specimen.text.count("Page ") >= 3
        lines = {line for page in specimen.text.split("\f") for line in page.split("\n")}
        assert squeezed(one.letter.blocks[0].text.split("\n")[0]) in squeezed("".join(lines))


def test_masks_leave_no_name_and_no_identifier() -> None:
    for number in NUMBERS:
        one = subject(number)
        for text in (all_masked(one.letter, one.generator), all_replaced(one.letter, one.generator)):
            for form in (one.letter.fields["nhs"], one.letter.fields["hospital"], one.letter.fields["born"]):
                assert form not in text
            assert not re.search(rf"\b{re.escape(one.letter.fields['last'])}\b", text, re.IGNORECASE)
    assert all(identifier_forms(subject().letter))
    assert all(name_forms(subject().letter))


def test_the_story_survives_masks() -> None:
    for one, specimen in made("9", Strength.MIDDLE):
        words = set(specimen.text.split())
        story = [word for block in one.letter.blocks if block.mark is Mark.STORY for word in block.text.split()]
        assert sum(word in words for word in story) > 0.8 * len(story)


@pytest.mark.parametrize(("strength", "count"), [(Strength.MILD, 5), (Strength.MIDDLE, 20), (Strength.SEVERE, 50)])
def test_a_batch_holds_its_letters(strength: Strength, count: int) -> None:
    for one, specimen in made("6", strength):
        assert len(set(specimen.holds)) == count
        assert one.letter.letter_id in specimen.holds
        assert one.letter.text in specimen.text


def test_a_paragraph_of_another_letter_is_told_apart_from_two_letters() -> None:
    for one, specimen in made("7", Strength.MILD):
        assert specimen.holds == (one.letter.letter_id,)
        assert len(specimen.also) == 1
    for _, specimen in made("7", Strength.SEVERE):
        assert len(set(specimen.holds)) == 2


@pytest.mark.parametrize("strength", list(Strength))
def test_files_are_read_again(strength: Strength) -> None:
    for one, specimen in made("14", strength):
        found = set(specimen.text.split())
        assert sum(word in found for word in one.letter.text.split()) > 0.9 * len(one.letter.text.split())


def test_what_has_no_text_claims_nothing() -> None:
    for name in ("22", "26"):
        for one, specimen in made(name, Strength.MILD):
            assert specimen.text == ""
            assert specimen.holds == ()
            assert specimen.also == (one.letter.letter_id,)


def test_a_truncated_file_says_so() -> None:
    for one, specimen in made("23", Strength.MIDDLE):
        assert specimen.partial
        assert one.letter.text.startswith(specimen.text)
        assert len(specimen.text) == len(one.letter.text) // 2
