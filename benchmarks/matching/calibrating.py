"""What calibration makes of made and dictated letters: `python -m benchmarks.matching.calibrating`.

The defaults of `matchers.thresholds.Tails` are from here.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.matching.corpus import FIRST_OTHER, Corpus
from benchmarks.matching.tables import table
from benchmarks.matching.transcripts import Transcripts, beside_the_project
from benchmarks.matching.workspace import KEY, opened
from demo_range.letters import House, letter
from matchers.calibration import Calibration, calibrated
from matchers.letter_forms import FORMS
from matchers.matcher import Matcher
from matchers.pack_build import Letter, build_pack
from matchers.thresholds import DEFAULT_THRESHOLDS, Level, Thresholds
from matchers.trials import Near, Recognition, tried_other, tried_own

# Letters of the pack that are held against it in every form.
_OWN = 200
# Number of the first house letter that is another patient's.
_FIRST_OTHER_HOUSE = 5_000
# What is asked for, false matches in a million documents.
_EXPECTED = (1.0, 0.1)


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """Letters of a pack, and letters that it does not have."""

    name: str
    known: Sequence[str]
    others: Sequence[str]


def worlds(share: float) -> Iterator[World]:
    """Every world, with a share of its letters of others."""
    made = Corpus()
    yield World(
        "made, 10 templates",
        [made.letter(number).text for number in range(500)],
        [made.letter(FIRST_OTHER + number).text for number in range(int(6_000 * share))],
    )
    houses = list(House)
    for name, known in (("house letters, 6 templates", 300), ("house letters, 10 a template", 60)):
        yield World(
            name,
            [letter(houses[number % 6], number // 6, 1).text for number in range(known)],
            [
                letter(houses[number % 6], _FIRST_OTHER_HOUSE + number // 6, 1).text
                for number in range(int(6_000 * share))
            ],
        )
    if path := beside_the_project():
        texts = Transcripts.read(path)
        dictated = Corpus(templates=3, stock_share=0, bodies=texts.known, other_bodies=texts.unknown)
        yield World(
            "dictated, 3 templates",
            [dictated.letter(number).text for number in range(len(texts.known))],
            [dictated.letter(FIRST_OTHER + number).text for number in range(len(texts.unknown))],
        )


def tried(world: World) -> tuple[list[Near], list[Recognition]]:
    """Others' letters and the pack's own in every form."""
    with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
        pack = Path(folder) / "pack"
        build_pack([Letter(f"L{number}", text) for number, text in enumerate(world.known)], pack, KEY)
        matcher = opened(pack)
        return _others(matcher, world.others), _own(matcher, world.known[:_OWN])


def _others(matcher: Matcher, texts: Sequence[str]) -> list[Near]:
    found = (tried_other(matcher, f"O{number}", text, texts[number - 1]) for number, text in enumerate(texts))
    return [one for one in found if isinstance(one, Near)]


def _own(matcher: Matcher, texts: Sequence[str]) -> list[Recognition]:
    return [tried_own(matcher, number, text, texts[number - 1]) for number, text in enumerate(texts)]


def tails_table(found: Calibration) -> str:
    """Each level with its tail."""
    rows = [
        (
            level.value, one.answer.value, str(one.contacts), str(one.claims),
            "" if one.strongest is None else f"{one.strongest:.1f}",
            f"{one.tail.start:.1f}", f"{one.tail.per_million:.0f}", f"{one.tail.fall:.2f}",
            f"{one.threshold:.1f}", f"{one.tail.expected(one.earlier):.2g}",
        )
        for level, one in found.levels.items()
    ]  # fmt: skip
    heads = (
        "level",
        "answer",
        "contacts",
        "claims",
        "strongest",
        "start",
        "per million",
        "fall",
        "threshold",
        "default gives",
    )
    return table(heads, rows)


def recall_table(found: Calibration, own: Sequence[Recognition]) -> str:
    """Letters known in each form at the matcher's own thresholds and at those for an expectation."""
    choices = {"default": DEFAULT_THRESHOLDS, **{f"{one:g}": found.thresholds_for(one) for one in _EXPECTED}}
    rows = [
        (name, *(f"{getattr(one, level):.1f}" for level in Level), *_known(own, one)) for name, one in choices.items()
    ]
    return table(("expected", *Level, *(form.name for form in FORMS)), rows)


def _known(own: Sequence[Recognition], thresholds: Thresholds) -> list[str]:
    return [f"{sum(one.is_known(form, thresholds) for one in own) / len(own):.0%}" for form in FORMS]


def main() -> None:
    """Tables for every world; the argument is a share of the letters of others, 1 if there is none."""
    for world in worlds(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0):
        others, own = tried(world)
        found = calibrated(others, DEFAULT_THRESHOLDS, _EXPECTED[0])
        print(f"{world.name}: {len(world.known)} in the pack, {len(others)} counted of {len(world.others)} of others")
        print(f"{tails_table(found)}\n\n{recall_table(found, own)}\n", flush=True)


if __name__ == "__main__":
    main()
