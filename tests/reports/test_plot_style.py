"""One meaning, one colour; labels that fit and tell no place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import EnumMeta

import matplotlib
import pytest

from findings.records import FindingState, Severity, UnitState
from matchers.verdicts import Verdict
from reports.plot_style import (
    LONGEST_LABEL,
    SEVERITY_COLOURS,
    STATE_COLOURS,
    UNIT_COLOURS,
    VERDICT_COLOURS,
    masked,
    short,
    stacked,
    words,
)

matplotlib.use("Agg")


@pytest.mark.parametrize(
    ("colours", "meanings"),
    [
        (STATE_COLOURS, FindingState),
        (SEVERITY_COLOURS, Severity),
        (VERDICT_COLOURS, Verdict),
        (UNIT_COLOURS, UnitState),
    ],
)
def test_every_meaning_has_a_colour_of_its_own(colours: Mapping[str, str], meanings: EnumMeta) -> None:
    assert set(colours) == set(meanings)
    assert len(set(colours.values())) == len(colours)


def test_labels_fit_and_places_are_masked() -> None:
    assert words("same_template") == "same template"
    assert short("a" * 10) == "a" * 10
    assert len(short("a" * 200)) <= LONGEST_LABEL
    shown = masked("http://a.example/Smith_Jane/IVF.doc", "Smith.doc")
    assert shown.startswith("a.example/")
    assert "Smith" not in shown


def test_stacked_bars_have_a_number_where_there_is_room() -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    try:
        stacked(
            axes, ["one", "two"], {"known_letter": [40, 1], "clear": [0, 0], "same_template": [0, 60]}, VERDICT_COLOURS
        )
        told = [text.get_text() for text in axes.texts]
        assert told == ["40", "", "", "60"]
        assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]
    finally:
        pyplot.close(figure)
