"""How the notebooks' plots look: one meaning, one colour, in every picture; places masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from findings.records import FindingState, Severity, UnitState
from matchers.verdicts import Verdict
from reports.shown import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by the colour-blind too (after Okabe and Ito); what is bad is warm, what is over is pale.
STATE_COLOURS: Final[Mapping[str, str]] = {
    FindingState.NEW: "#d55e00",
    FindingState.REAPPEARED: "#a8327d",
    FindingState.OPEN: "#e6a23c",
    FindingState.UNKNOWN: "#7f8c9b",
    FindingState.GONE: "#cfd6dc",
}
SEVERITY_COLOURS: Final[Mapping[str, str]] = {
    Severity.CRITICAL: "#8e1b3a",
    Severity.HIGH: "#d55e00",
    Severity.MEDIUM: "#e6a23c",
    Severity.LOW: "#9fb6c3",
}
VERDICT_COLOURS: Final[Mapping[str, str]] = {
    Verdict.KNOWN_LETTER: "#0b5c8a",
    Verdict.SHARED_PASSAGE: "#4aa3c9",
    Verdict.SAME_TEMPLATE: "#009e73",
    Verdict.TEMPLATE_ONLY: "#b7d8a8",
    Verdict.UNDETERMINED: "#e6a23c",
    Verdict.CLEAR: "#d5dade",
}
UNIT_COLOURS: Final[Mapping[str, str]] = {
    UnitState.FINISHED: "#2c7fb8",
    UnitState.FAILED: "#d55e00",
    UnitState.INTERRUPTED: "#e6a23c",
    UnitState.NOT_REACHED: "#7f8c9b",
}
INK, FAINT, ACCENT = "#24313b", "#dfe4e8", "#0b5c8a"
STYLE: Final[Mapping[str, Any]] = {
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.size": 9.5,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#9aa5ad",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
# Characters of a place on an axis.
LONGEST_LABEL: Final = 44


def words(name: str) -> str:
    """A name of a closed set as people write it."""
    return name.replace("_", " ")


def masked(url: str, member: str = "") -> str:
    """A place as it may be shown to anyone. Without its scheme: tables make links of addresses, and a click asks."""
    shown = Shown(reveal=False).place(url, member)
    return shown.partition("://")[2] or shown


def short(text: str, longest: int = LONGEST_LABEL) -> str:
    """A label that leaves room for the picture: its middle left out where it is long."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def day(moment: datetime) -> str:
    """A day as axes show it."""
    return f"{moment:%d %b}"


def stacked(
    axes: Axes, labels: Sequence[str], parts: Mapping[str, Sequence[float]], colours: Mapping[str, str]
) -> None:
    """Horizontal bars, one for each label, the first on top; each part's number stands in it where there is room."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    places = range(len(labels))
    most = max((sum(each) for each in zip(*parts.values(), strict=True)), default=1) or 1
    begins = [0.0] * len(labels)
    for name, widths in parts.items():
        if not any(widths):
            continue
        bars = axes.barh(places, widths, left=begins, color=colours[name], label=words(name), height=0.7)
        told = [f"{width:g}" if width / most > _ROOM else "" for width in widths]
        axes.bar_label(bars, told, label_type="center", color=_ink_on(colours[name]), fontsize=8)
        begins = [begin + width for begin, width in zip(begins, widths, strict=True)]
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def counted(keys: Iterable[str], pairs: Mapping[tuple[str, str], float], name: str) -> list[float]:
    """One part of `stacked`: for each key the number under (key, name)."""
    return [pairs.get((key, name), 0) for key in keys]


# Share of the longest bar that a number needs.
_ROOM: Final = 0.035
# Luminance of 0 to 255 above which dark ink is read better; weights of the eye for red, green and blue.
_BRIGHT: Final = 150
_EYE: Final = (0.299, 0.587, 0.114)


def _ink_on(colour: str) -> str:
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return INK if sum(weight * channel for weight, channel in zip(_EYE, channels, strict=True)) > _BRIGHT else "white"
