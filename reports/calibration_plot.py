"""The curve of a calibration as a picture: what others come to by chance, and what of the pack's own is still known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matchers.calibration import Answer, Calibration
from matchers.letter_forms import FORMS
from matchers.thresholds import LEAST_TOLD, MILLION
from matchers.trials import Near, Recognition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# File types that are drawn, by the ending of the name.
PLOT_ENDINGS = (".svg", ".png")
# Expectations for which recall is drawn, false matches in a million documents.
EXPECTATIONS = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)
_INCHES = (12.0, 6.2)
_DOTS_AN_INCH = 120
# Nats beyond the greatest threshold that are drawn.
_MARGIN = 5


def draw_calibration(
    path: Path, found: Calibration, others: Sequence[Near], own: Sequence[Recognition], chosen: float
) -> None:
    """Draw it into a file, by the ending of its name.

    Args:
        path: ends in one of `PLOT_ENDINGS`.
        found: the tails.
        others: documents of others, to be drawn as they were counted.
        own: letters of the pack.
        chosen: false matches in a million documents that were asked for.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file can not be written.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra; a figure of its own needs no display

    figure = Figure(figsize=_INCHES, layout="constrained")
    chance, recall = figure.subplots(1, 2)
    _draw_chance(chance, found, others)
    _draw_recall(recall, found, own, chosen)
    figure.legend(*recall.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize="small")
    # Without a date the same letters give the same file.
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {}
    figure.savefig(path, dpi=_DOTS_AN_INCH, metadata=metadata)


def _draw_chance(axes: Axes, found: Calibration, others: Sequence[Near]) -> None:
    """What was counted as steps, its bound as a line, and the threshold as a dot on it."""
    high = max(one.threshold for one in found.levels.values()) + _MARGIN
    for number, (level, one) in enumerate(found.levels.items()):
        colour = f"C{number}"
        if one.answer is Answer.CALIBRATED:
            ends = [one.tail.start, high]
            axes.plot(ends, [one.tail.expected(end) for end in ends], color=colour, label=f"{level}: at most")
            axes.plot([one.threshold], [one.expected], marker="o", color=colour)
        else:
            axes.axvline(one.threshold, color=colour, linestyle=":", label=f"{level}: {one.answer}")
        counted = sorted((near.claims[level] for near in others if level in near.claims), reverse=True)
        counted = [strength for strength in counted if strength > 0]
        if counted:
            shares = [MILLION * place / len(others) for place in range(1, len(counted) + 1)]
            axes.step(counted, shares, where="post", color=colour, alpha=0.6, label=f"{level}: counted")
    axes.set_yscale("log")
    axes.set_ylim(LEAST_TOLD, MILLION)
    axes.set_xlim(0, high)
    axes.set_xlabel("threshold, nats")
    axes.set_ylabel("false matches in a million documents of others")
    axes.set_title(f"Chance: {found.letters} letters that are not in the pack")
    axes.legend(fontsize="small")


def _draw_recall(axes: Axes, found: Calibration, own: Sequence[Recognition], chosen: float) -> None:
    """For each form the share of letters that is known."""
    for number, form in enumerate(FORMS):
        known = [sum(one.is_known(form, found.thresholds_for(each)) for one in own) for each in EXPECTATIONS]
        style = ("-", "--", ":")[number % 3]
        shares = [count / max(1, len(own)) for count in known]
        axes.plot(EXPECTATIONS, shares, style, color=f"C{number // 3}", label=form.name)
    axes.axvline(chosen, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(EXPECTATIONS[0], EXPECTATIONS[-1])
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("false matches in a million documents, at most")
    axes.set_ylabel("share of letters known")
    axes.set_title(f"Recall: {len(own)} letters of the pack")
