"""`stray pack calibrate`: how sure a verdict must be, from the organisation's own letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import click
from rich.table import Table

from cli.console import json_line, notice, results
from cli.errors import CommandError
from cli.options import format_option, pack_options
from cli.pack_reading import Reading, register_at
from inspection.calibrating import Choice, Trials, Trying, chosen, held_back
from inspection.letters import LetterFile, letter_files
from inspection.register import Register
from matchers.calibration import Answer, Calibration, LevelAnswer, calibrated
from matchers.keys import PackKey, load_key
from matchers.letter_forms import FORMS, Form
from matchers.pack import open_pack
from matchers.pack_build import Letter, StagedLetter
from matchers.pack_life import set_thresholds
from matchers.rare_events import rate_bound
from matchers.thresholds import MILLION, Level, Thresholds
from matchers.trials import LeftOut, Recognition
from reports.calibration_plot import PLOT_ENDINGS, draw_calibration

# Expectations that the table shows beside the one asked for, false matches in a million documents.
SHOWN = (100.0, 10.0, 1.0, 0.1)
# Share of letters of a form, known no more, that is worth telling; and the share of whole, clean letters below which
# thresholds are too strict to be of use.
TOLD_LOSS = 0.05
LEAST_RECALL = 0.99
# Chance that a rate counted on background texts is over its bound.
_DOUBT = 0.05
_WHY = {
    LeftOut.LOOKALIKE: "are letters of the pack or other versions of them, by their words",
    LeftOut.SAME_PERSON: "are about a patient of the letter that they come near, by the register",
    LeftOut.CHANGED: "have an id of the pack and another text there, so they are not its letters",
}


@click.command()
@click.argument("letters", metavar="LETTERS...", nargs=-1, type=click.Path(path_type=Path))
@pack_options
@click.option(
    "--register", "register_path", type=click.Path(path_type=Path), help="CSV: the one that the pack was built with."
)
@click.option(
    "--background", multiple=True, type=click.Path(path_type=Path), help="Texts that are no letters; may be repeated."
)
@click.option(
    "--hold-back", metavar="PERCENT", type=click.FloatRange(0, 100, min_open=True, max_open=True),
    help="Hold so many of the letters against a pack built, for this only, of the rest.",
)  # fmt: skip
@click.option(
    "--expect", "per_million", metavar="N", type=click.FloatRange(0.01, 10_000), default=1.0, show_default=True,
    help="False matches in a million documents, at most.",
)  # fmt: skip
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the curve into this file, .svg or .png.")
@click.option("--undo", is_flag=True, help="Put the matcher's own thresholds back; no letters are needed.")
@click.option("--dry-run", is_flag=True, help="Change nothing in the pack.")
@format_option
def calibrate(  # noqa: PLR0913, PLR0917 - one for each option; click passes them by name
    letters: tuple[Path, ...],
    pack_path: Path,
    key_path: Path,
    register_path: Path | None,
    background: tuple[Path, ...],
    hold_back: float | None,
    per_million: float,
    plot: Path | None,
    undo: bool,
    dry_run: bool,
    output: str,
) -> None:
    """Choose how sure verdicts must be, by letters that are not in the pack, and write that into the pack.

    LETTERS are letters that the pack has, and letters of the same kind that it does not have. Where it has them all,
    --hold-back tries a share of them against a pack that is built without them in a temporary folder.

    Example: stray pack calibrate letters/ --pack pack --key pack.key --hold-back 20 --plot curve.svg
    """
    key = load_key(key_path)
    if undo:
        set_thresholds(pack_path, key, None)
        notice(f"{pack_path}: has the matcher's own thresholds")
        return
    _check(letters, plot)
    pack = open_pack(pack_path, key)
    register = register_at(register_path)
    root = pack.keyring.root
    files = letter_files(letters, root, register)
    choice = held_back(files, hold_back, root) if hold_back else chosen(files, pack.marks())
    texts = letter_files(background, root, None) if background else []
    tried = Trying(pack, key, _Reader(root, register)).tried(choice, texts, builds=hold_back is not None)
    found = calibrated(tried.others, pack.thresholds, per_million, tried.growth)
    _tell(choice, tried, found)
    _tell_recall(tried.own, pack.thresholds, found.thresholds)
    if plot is not None:
        _draw(plot, found, tried, per_million)
    written = found.is_calibrated and not dry_run
    if written:
        set_thresholds(pack_path, key, found.thresholds)
    shown = _Shown(found, tried, pack.thresholds, per_million)
    if output == "json":
        json_line({"pack_id": pack.pack_id, "written": written, **shown.fields()})
    else:
        shown.print()
    notice(f"{pack_path}: {'calibrated' if written else 'its thresholds stay as they were'}")


class _Reader:
    """Opens letter files; those that give no text are counted."""

    def __init__(self, root: PackKey, register: Register | None) -> None:
        self._root = root
        self._register = register

    def __call__(self, files: Sequence[LetterFile]) -> AbstractContextManager[Iterator[Letter | StagedLetter]]:
        return self._reading(files)

    @contextmanager
    def _reading(self, files: Sequence[LetterFile]) -> Iterator[Iterator[Letter | StagedLetter]]:
        if not files:
            yield iter(())
            return
        reading = Reading(files)
        with reading.letters(self._root, self._register) as texts:
            yield texts
        if reading.unreadable:
            notice(f"{len(reading.unreadable):,} of {len(files):,} files gave no text and were not tried")


def _check(letters: tuple[Path, ...], plot: Path | None) -> None:
    if not letters:
        raise CommandError("name the letters to calibrate on; `stray pack calibrate --help` says which")
    if plot is None:
        return
    if plot.suffix.lower() not in PLOT_ENDINGS:
        raise CommandError(f"{plot}: a plot is drawn as {' or '.join(PLOT_ENDINGS)}")
    if find_spec("matplotlib") is None:
        raise CommandError("--plot needs matplotlib: pip install 'stray[plots]'; without --plot the table is printed")


def _draw(plot: Path, found: Calibration, tried: Trials, per_million: float) -> None:
    try:
        draw_calibration(plot, found, tried.others, tried.own, per_million)
    except OSError as error:
        raise CommandError(f"{plot}: can not be written: {error.strerror}") from error


def _tell(choice: Choice, tried: Trials, found: Calibration) -> None:
    """What was tried and what was not."""
    if choice.untried:
        notice(f"{choice.untried:,} more letters that are not in the pack were not tried; no more than these are")
    for why, names in tried.left_out.items():
        notice(f"{len(names):,} texts {_WHY[why]}; they were left out: {', '.join(names)}")
    if tried.background:
        known = sum(near.is_known(found.thresholds) for near in tried.background)
        bound = rate_bound(known, len(tried.background), _DOUBT) * MILLION
        notice(
            f"{known} of {len(tried.background):,} background texts hold a letter at these thresholds: "
            f"at most {bound:,.0f} in a million"
        )
    for level, one in found.levels.items():
        if one.answer is not Answer.CALIBRATED:
            notice(f"{level}: {_why_not(one, found.letters)}")


def _tell_recall(own: Sequence[Recognition], earlier: Thresholds, now: Thresholds) -> None:
    """What the thresholds cost."""
    shares = [(form, _share(own, form, earlier), _share(own, form, now)) for form in FORMS]
    lost = [
        f"{form.name} ({before:.0%}, now {after:.0%})"
        for form, before, after in shares
        if before is not None and after is not None and before - after >= TOLD_LOSS
    ]
    if lost:
        notice(
            f"known less often than before: {'; '.join(lost)}. More letters of others, or a greater --expect, give more"
        )
    whole = shares[0][2]
    if whole is not None and whole < LEAST_RECALL:
        notice(f"only {whole:.0%} of whole letters are known at these thresholds; do not use them")


def _why_not(one: LevelAnswer, letters: int) -> str:
    if one.answer is Answer.UNKNOWN:
        return "what others come to does not fall off fast enough to say how rare it is; see `at most`"
    enough = (
        f"about {one.needed:,} letters of others would be enough" if one.needed else "no letter of others comes near"
    )
    return f"too little of {letters:,} letters of others comes near to say anything; {enough}"


def _share(own: Sequence[Recognition], form: Form, thresholds: Thresholds) -> float | None:
    return sum(one.is_known(form, thresholds) for one in own) / len(own) if own else None


class _Shown:
    """The answer as a table or as fields."""

    def __init__(self, found: Calibration, tried: Trials, earlier: Thresholds, per_million: float) -> None:
        self._found = found
        self._tried = tried
        self._per_million = per_million
        wanted = sorted({*SHOWN, per_million}, reverse=True)
        self._choices = {"before": earlier, **{f"{one:g}": found.thresholds_for(one) for one in wanted}}

    def print(self) -> None:
        """Two tables: each level, and the curve."""
        levels = Table(title=self._title(), box=None, pad_edge=False, title_justify="left")
        for heading in ("threshold", "answer", "before", "now", "at most, in a million", "near", "claims", "strongest"):
            levels.add_column(heading)
        for level, one in self._found.levels.items():
            strongest = "" if one.strongest is None else f"{one.strongest:.1f}"
            numbers = (f"{one.earlier:.1f}", f"{one.threshold:.1f}", f"{one.expected:.2g}")
            levels.add_row(level, one.answer, *numbers, str(one.contacts), str(one.claims), strongest)
        curve = Table(title=f"Of {len(self._tried.own):,} letters of the pack are known, by expected false matches",
                      box=None, pad_edge=False, title_justify="left")  # fmt: skip
        for heading in ("", *self._choices):
            curve.add_column(heading)
        for level in Level:
            curve.add_row(level, *(f"{getattr(one, level):.1f}" for one in self._choices.values()))
        for form in FORMS:
            shares = (_share(self._tried.own, form, one) for one in self._choices.values())
            curve.add_row(form.name, *("" if share is None else f"{share:.0%}" for share in shares))
        results().print(levels)
        results().print()
        results().print(curve)

    def fields(self) -> dict[str, object]:
        """For programs."""
        return {
            "expected_per_million": self._per_million,
            "letters": {
                "others": self._found.letters,
                "own": len(self._tried.own),
                "background": len(self._tried.background),
                "left_out": {why.value: list(names) for why, names in self._tried.left_out.items()},
            },
            "growth": self._tried.growth,
            "levels": {
                level.value: asdict(one) | {"expected_per_million": one.expected}
                for level, one in self._found.levels.items()
            },
            "curve": [
                {
                    "expected_per_million": None if name == "before" else float(name),
                    "thresholds": {level.value: getattr(one, level) for level in Level},
                    "known": {form.name: _share(self._tried.own, form, one) for form in FORMS},
                }
                for name, one in self._choices.items()
            ],
        }

    def _title(self) -> str:
        return (
            f"{self._found.letters:,} letters that are not in the pack, "
            f"for at most {self._per_million:g} false matches in a million documents like them"
        )
