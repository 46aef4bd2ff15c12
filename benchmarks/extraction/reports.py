"""Tables of a run, and what missed its target."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.extraction.recovering import NAMED, RECOVERED, FormatFigures
from benchmarks.extraction.rendered import Family
from benchmarks.matching.tables import number, share, table


def format_table(figures: Sequence[FormatFigures]) -> str:
    """A row for each format."""
    heads = ("format", "files", "recovered", "worst", "as one text", "named", "ms/file", "problems")
    return table(heads, [_row(one) for one in figures])


def _row(one: FormatFigures) -> tuple[str, ...]:
    problems = "; ".join(f"{count} x {problem}" for problem, count in one.problems.items())
    return (
        one.name,
        str(one.files),
        f"{one.median:.3f}",
        f"{one.worst:.3f}",
        f"{one.whole:.3f}",
        f"{one.named}/{one.files}",
        number(one.milliseconds, 1),
        problems,
    )


def family_table(figures: Sequence[FormatFigures]) -> str:
    """A row for each target: the worst format's median, and all letters of the family."""
    rows = []
    for family in Family:
        mine = [one for one in figures if one.family is family]
        if mine:
            named, files = sum(one.named for one in mine), sum(one.files for one in mine)
            least = min(mine, key=lambda one: one.median)
            recovered = f"{least.median:.3f}"
            rows.append(
                (
                    str(family),
                    recovered,
                    f"{RECOVERED[family]:.2f}",
                    share(named / files),
                    share(NAMED[family]),
                    least.name,
                )
            )
    return table(("family", "least median", "target", "named", "target", "least in"), rows)


def missed(figures: Sequence[FormatFigures]) -> list[str]:
    """Formats below their target, in words."""
    return [
        f"{one.name}: {one.median:.3f} recovered, target {RECOVERED[one.family]:.2f}"
        for one in figures
        if one.median < RECOVERED[one.family]
    ]
