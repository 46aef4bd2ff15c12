"""Numbers for one letter in one document."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.alignment import Alignment, Stretch
from matchers.chains import Chain
from matchers.likelihood import likelihood, word_states
from matchers.scoring import DocumentLayout, Tally, score, union_length
from matchers.template_text import template_runs
from matchers.token_shapes import TokenClass, TokenShapes

WORD = 5
NONE = np.zeros((0, 3), dtype=np.int64)


def alignment(classes: list[TokenClass], found: list[int], stretches: list[tuple[int, int, int]]) -> Alignment:
    """Words of five symbols; stretches are first word, end word, first symbol in the document."""
    count = len(classes)
    marks = np.zeros(count, dtype=np.bool_)
    marks[found] = True
    reach = np.zeros(count, dtype=np.bool_)
    parts = []
    for start, end, doc in stretches:
        reach[start:end] = True
        size = WORD * (end - start)
        parts.append(Stretch((start, end), (WORD * start, WORD * end), (doc, doc + size), NONE))
    shapes = TokenShapes(np.full(count, WORD), np.array(classes, dtype=np.uint8), np.arange(count) % 2 == 0)
    places = np.where(marks, np.arange(count), -1)
    weighed = likelihood(shapes, word_states(places, WORD * np.arange(count), WORD * np.arange(count)), reach)
    return Alignment(shapes, WORD * count, marks, reach, tuple(parts), 0.25, weighed)


def layout(symbols: int, *template: tuple[int, int]) -> DocumentLayout:
    covered = np.zeros(symbols, dtype=np.bool_)
    for start, end in template:
        covered[start:end] = True
    return DocumentLayout(np.array([0, symbols]), template_runs(covered, symbols))


def test_words_of_its_own_count_and_template_words_do_not() -> None:
    classes = [TokenClass.TEMPLATE] * 10 + [TokenClass.UNIQUE] * 10
    result = score([Chain((0, 9), (0, 9), 70, 60, (0, 0))], alignment(classes, [*range(15)], [(0, 15, 0)]), layout(200))
    assert result.evidence == 70
    assert result.nats == pytest.approx(result.best)
    assert result.strength == pytest.approx(result.nats + 7)
    assert (result.words, result.numbers) == (Tally(10, 5, 5), Tally(5, 3, 3))
    assert (result.containment, result.explained) == (0.75, 0.375)


def test_a_copy_is_held_against_what_few_letters_share() -> None:
    classes = [TokenClass.FEW] * 50 + [TokenClass.UNIQUE] * 2
    result = score([], alignment(classes, [*range(40)], [(0, 40, 0)]), layout(300))
    assert result.words == Tally(52, 40, 40)


def test_the_longest_stretch() -> None:
    classes = [TokenClass.UNIQUE] * 100
    found = [*range(20), *range(60, 100)]
    result = score([], alignment(classes, found, [(0, 20, 0), (60, 100, 200)]), layout(500))
    assert result.hole_share == 0.25
    assert result.longest_stretch == 200


def test_template_text_around_is_a_frame() -> None:
    parts = alignment([TokenClass.UNIQUE] * 40, [*range(40)], [(0, 40, 1000)])
    assert score([], parts, layout(9000, (900, 1100), (5000, 5100))).frame == 100


def test_only_pieces_that_are_touched_are_to_be_explained() -> None:
    parts = alignment([TokenClass.UNIQUE] * 40, [*range(40)], [(0, 40, 1000)])
    three = DocumentLayout(np.array([0, 1000, 1250, 9000]), layout(9000).template)
    assert score([], parts, three).explained == 0.8


def test_shares_of_nothing() -> None:
    assert Tally(0, 0, 0).of_whole == 1.0
    assert Tally(5, 0, 0).of_reach == 0.0
    assert union_length([]) == 0
    assert union_length([(5, 9), (0, 6), (20, 21)]) == 10
