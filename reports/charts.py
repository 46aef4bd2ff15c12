"""Charts as plain geometry: bars, lines and labels in the units of an SVG's viewBox; a template draws them.

Drawn by us and not by a plotting library: its SVG has text as outlines that nobody can select or hear, colours that do
not follow a dark screen, and 30 to 100 kB a chart; these have 2 to 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from findings.gaps import Gap

# Width of every chart's viewBox; a chart as wide as the page is then drawn at about one unit a pixel.
WIDTH: Final = 880
# Left of this are names, right of it is what is drawn.
_LEFT: Final = 250
_RIGHT: Final = 40
_TOP: Final = 14
_LANE: Final = 22
_BAR: Final = 12
_AXIS: Final = 26
# A moment is drawn as wide as this, or nobody would see it.
_LEAST_WIDTH: Final = 4.0
# Characters of a name that fit beside a chart.
_NAME_LENGTH: Final = 36
_COLUMNS_HEIGHT: Final = 150
# Dates along an axis.
_MOST_DATES: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle. `look` is one of the classes of the style sheet; `title` is what a pointer is told."""

    x: float
    y: float
    width: float
    height: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """Text at a point; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    """A thin line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, with what it says in words and as a table for who can not see it.

    Attributes:
        name: for ids in the page.
        legend: look and meaning of each kind of bar.
        columns, rows: the same as a table.
    """

    name: str
    title: str
    description: str
    height: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]
    legend: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of a timeline: seen from `start` to `end`, but for gaps; to `until` nobody knows; then it was gone."""

    name: str
    start: datetime
    end: datetime
    until: datetime
    look: str
    is_over: bool
    note: str
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """A row or column of a chart of counts: one count per look."""

    name: str
    counts: tuple[int, ...]
    note: str = ""


def timeline(name: str, title: str, lanes: Sequence[Lane], sweeps: Sequence[datetime], legend: Legend) -> Chart:
    """Since when and until when, a lane each, over an axis that has a mark for each sweep."""
    span = _Span.over([*sweeps, *(moment for lane in lanes for moment in (lane.start, lane.until))])
    bars: list[Bar] = []
    labels: list[Label] = []
    for number, lane in enumerate(lanes):
        y = _TOP + number * _LANE
        labels.append(Label(_LEFT - 8, y + _BAR - 1, shortened(lane.name), "end"))
        bars += _lane_bars(lane, span, y)
    bottom = _TOP + len(lanes) * _LANE
    lines = [Line(_LEFT, bottom, WIDTH - _RIGHT, bottom)]
    lines += [Line(span.x(moment), bottom, span.x(moment), bottom + 5) for moment in sweeps]
    labels += [Label(x, bottom + 19, text, anchor) for x, text, anchor in span.dates()]
    rows = tuple((lane.name, _day(lane.start), _day(lane.end), _over(lane), lane.note) for lane in lanes)
    columns = ("what", "seen from", "seen until", "not there on", "note")
    told = f"{len(lanes)} rows. A mark on the axis is a sweep."
    return Chart(name, title, told, bottom + _AXIS, (*bars,), (*labels,), (*lines,), legend, columns, rows)


def stacked_rows(name: str, title: str, stacks: Sequence[Stack], legend: Legend) -> Chart:
    """A bar for each name, as long as its count, in parts; the look of each part is the legend's."""
    most = max((sum(stack.counts) for stack in stacks), default=0) or 1
    scale = (WIDTH - _LEFT - _RIGHT - 40) / most
    bars: list[Bar] = []
    labels: list[Label] = []
    for number, stack in enumerate(stacks):
        x, y = float(_LEFT), _TOP + number * _LANE
        labels.append(Label(_LEFT - 8, y + _BAR - 1, shortened(stack.name), "end"))
        for count, (look, meaning) in zip(stack.counts, legend, strict=True):
            if count:
                bars.append(Bar(x, y, count * scale, _BAR + 2, look, f"{stack.name}: {count} {meaning}"))
                x += count * scale
        labels.append(Label(x + 6, y + _BAR - 1, f"{sum(stack.counts):,}{stack.note}"))
    height = _TOP + len(stacks) * _LANE
    table = tuple((stack.name, *(f"{count:,}" for count in stack.counts)) for stack in stacks)
    columns = ("", *(meaning for _look, meaning in legend))
    told = f"{len(stacks)} bars, the longest {most:,}."
    return Chart(name, title, told, height, (*bars,), (*labels,), (), legend, columns, table)


def stacked_columns(name: str, title: str, stacks: Sequence[Stack], legend: Legend) -> Chart:
    """A column for each name, side by side, in parts from below."""
    most = max((sum(stack.counts) for stack in stacks), default=0) or 1
    step = (WIDTH - 90) / max(1, len(stacks))
    wide = min(40.0, step * 0.7)
    bottom = _TOP + _COLUMNS_HEIGHT
    bars: list[Bar] = []
    labels = [Label(52, _TOP + 8, f"{most:,}", "end"), Label(52, bottom, "0", "end")]
    for number, stack in enumerate(stacks):
        x, y = 60 + number * step + (step - wide) / 2, float(bottom)
        for count, (look, meaning) in zip(stack.counts, legend, strict=True):
            height = count * _COLUMNS_HEIGHT / most
            y -= height
            if count:
                bars.append(Bar(x, y, wide, height, look, f"{stack.name}: {count:,} {meaning}"))
        if number in _few(len(stacks)):
            labels.append(Label(x + wide / 2, bottom + 18, stack.name, "middle"))
    lines = (Line(60, bottom, WIDTH - 30, bottom), Line(60, _TOP, 60, bottom))
    table = tuple((stack.name, *(f"{count:,}" for count in stack.counts)) for stack in stacks)
    columns = ("", *(meaning for _look, meaning in legend))
    told = f"{len(stacks)} columns, the highest {most:,}."
    return Chart(name, title, told, bottom + _AXIS, (*bars,), (*labels,), lines, legend, columns, table)


def shortened(name: str) -> str:
    """A name that fits beside a chart; its middle goes, so that both ends tell."""
    if len(name) <= _NAME_LENGTH:
        return name
    half = (_NAME_LENGTH - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


Legend = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """An axis of time."""

    start: datetime
    end: datetime

    @classmethod
    def over(cls, moments: Sequence[datetime]) -> _Span:
        start, end = min(moments), max(moments)
        least = timedelta(hours=1)  # an axis without length can not be drawn on
        return cls(start, max(end, start + least))

    def x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def dates(self) -> list[tuple[float, str, str]]:
        """Dates to be written below the axis: days where it has that many, else hours."""
        days = (self.end - self.start) / timedelta(days=1)
        form = "%Y-%m-%d" if days >= _MOST_DATES - 1 else "%m-%d %H:%M"
        told = []
        for number in range(_MOST_DATES):
            moment = self.start + (self.end - self.start) * number / (_MOST_DATES - 1)
            anchor = "start" if number == 0 else "end" if number == _MOST_DATES - 1 else "middle"
            told.append((self.x(moment), f"{moment:{form}}", anchor))
        return told


def _lane_bars(lane: Lane, span: _Span, y: float) -> list[Bar]:
    start, end, until = (span.x(moment) for moment in (lane.start, lane.end, lane.until))
    title = f"{lane.name}: seen {_day(lane.start)} to {_day(lane.end)}. {lane.note}"
    bars: list[Bar] = []
    for gap in lane.gaps:  # between them it was there
        before, not_there = span.x(gap.seen_before), span.x(gap.not_there_from)
        bars.append(Bar(start, y, max(_LEAST_WIDTH, before - start), _BAR, lane.look, title))
        told = f"{lane.name}: not there on {_day(gap.not_there_from)}, there again on {_day(gap.seen_again)}"
        bars.append(Bar(not_there - 2, y - 2, 3, _BAR + 4, "over", told))
        start = span.x(gap.seen_again)
    bars.append(Bar(start, y, max(_LEAST_WIDTH, end - start), _BAR, lane.look, title))
    if until - end > 1:
        bars.append(Bar(end, y, until - end, _BAR, "unsure", f"{lane.name}: {_day(lane.end)} on: not known"))
    if lane.is_over:
        bars.append(Bar(until - 2, y - 2, 3, _BAR + 4, "over", f"{lane.name}: not there on {_day(lane.until)}"))
    return bars


def _over(lane: Lane) -> str:
    return _day(lane.until) if lane.is_over else "-"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _few(count: int) -> set[int]:
    """Which of so many names are written: all while they fit, else some, the last always."""
    step = max(1, -(-count // 9))
    return {count - 1 - number for number in range(0, count, step)}
