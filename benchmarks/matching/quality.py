"""What is found and what is falsely found: the targets row by row, the 26 distortions, the 17 hard negatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.matching.cases import BUNDLE_ROWS, ROWS, Case, Turn, case_of, negative_cases, row_cases
from benchmarks.matching.corpus import Corpus
from benchmarks.matching.distortions import DISTORTIONS
from benchmarks.matching.hard_negatives import HARD_NEGATIVES
from benchmarks.matching.outcomes import Outcome, RowFigures, outcome, row_figures, thresholds, upper_bound
from benchmarks.matching.prose import seeded
from benchmarks.matching.specimens import Specimen, Strength, Subject
from benchmarks.matching.tables import share, table
from benchmarks.matching.workspace import Settings, built_pack, opened, shared_out

# Targets of the negatives: share of documents with the verdict that is right.
NEGATIVE_TARGETS: Mapping[str, float] = {"other patient": 0.98, "blank template": 0.98, "quoting leaflet": 0.98}
_TARGETS = {row.name: row.target for row in (*ROWS, *BUNDLE_ROWS)}


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one run.

    Attributes:
        settings: what it was of.
        digest: of the corpus.
        targets: rows of known letters.
        negatives: rows of documents that hold none.
        wrong: of all negatives, those in which a letter is called known.
        tried: negatives.
        zero: evidence that no negative passes.
    """

    settings: Settings
    digest: str
    targets: Mapping[str, RowFigures]
    negatives: Mapping[str, RowFigures]
    wrong: int
    tried: int
    zero: float


def target_quality(settings: Settings, processes: int) -> Quality:
    """The rows of the targets, and the independent negatives."""
    with built_pack(settings) as pack:
        outcomes = shared_out(target_outcomes, settings, pack, processes)
    by_row = _by_row(outcomes)
    negatives = [one for name, ones in by_row.items() if name not in _TARGETS for one in ones]
    levels = thresholds(negatives)
    figures = {name: row_figures(ones, *levels) for name, ones in by_row.items()}
    return Quality(
        settings=settings,
        digest=settings.corpus().digest(settings.letters),
        targets={name: figures[name] for name in _TARGETS if name in figures},
        negatives={name: one for name, one in figures.items() if name not in _TARGETS},
        wrong=sum(one.wrong > 0 for one in negatives),
        tried=len(negatives),
        zero=levels[0],
    )


def target_outcomes(settings: Settings, pack: Path, turn: Turn) -> list[Outcome]:
    """One process's share of the rows and negatives."""
    corpus, matcher = settings.corpus(), opened(pack)
    found = [
        outcome(matcher, case)
        for row in (*ROWS, *BUNDLE_ROWS)
        for case in row_cases(row, corpus, settings.letters, settings.seed, settings.most, turn)
    ]
    return found + [outcome(matcher, case) for case in negative_cases(corpus, settings.negatives, settings.seed, turn)]


def distorted_quality(settings: Settings, processes: int) -> Mapping[str, RowFigures]:
    """The 26 distortions in three strengths."""
    return _special_quality(distorted_outcomes, settings, processes)


def hard_quality(settings: Settings, processes: int) -> Mapping[str, RowFigures]:
    """The 17 hard negatives."""
    return _special_quality(hard_outcomes, settings, processes)


_Share = Callable[[Settings, Path, Turn], list[Outcome]]


def _special_quality(work: _Share, settings: Settings, processes: int) -> Mapping[str, RowFigures]:
    with built_pack(settings) as pack:
        outcomes = shared_out(work, settings, pack, processes)
    levels = thresholds(outcomes)
    return {name: row_figures(ones, *levels) for name, ones in _by_row(outcomes).items()}


def distorted_outcomes(settings: Settings, pack: Path, turn: Turn) -> list[Outcome]:
    """One process's share of the distortions."""
    matcher = opened(pack)
    return [outcome(matcher, case) for case in _distorted(settings, settings.corpus(), turn)]


def _distorted(settings: Settings, corpus: Corpus, turn: Turn) -> Iterator[Case]:
    for name, distort in DISTORTIONS.items():
        for strength in Strength:
            row = f"{name}, {strength}"
            for subject in _subjects(settings, corpus, turn, row):
                yield _case(row, distort(subject, strength), subject)


def hard_outcomes(settings: Settings, pack: Path, turn: Turn) -> list[Outcome]:
    """One process's share of the hard negatives."""
    corpus, matcher = settings.corpus(), opened(pack)
    return [
        outcome(matcher, _case(name, make(subject), subject))
        for name, make in HARD_NEGATIVES.items()
        for subject in _subjects(settings, corpus, turn, name)
    ]


def _case(name: str, made: Specimen, subject: Subject) -> Case:
    return case_of(name, made, subject.letter.letter_id if made.holds else None)


def _subjects(settings: Settings, corpus: Corpus, turn: Turn, row: str) -> Iterator[Subject]:
    count = min(settings.letters, settings.most_distorted)
    for place in range(turn[0], count, turn[1]):
        number = place * settings.letters // count
        yield Subject(corpus.letter(number), corpus, settings.letters, seeded(f"{settings.seed}/{row}/{number}"))


def _by_row(outcomes: Sequence[Outcome]) -> Mapping[str, list[Outcome]]:
    rows: defaultdict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        rows[one.row].append(one)
    return rows


def target_tables(quality: Quality) -> str:
    """The targets and the negatives, as tables for a terminal."""
    rows = [
        (
            name, str(one.letters), share(one.known), share(one.at_least), share(one.ranked), share(one.ranked_in),
            share(_TARGETS[name]), _passed(one.known, _TARGETS[name]), str(one.wrong), share(_undetermined(one)),
        )
        for name, one in quality.targets.items()
    ]  # fmt: skip
    heads = (
        "known letters",
        "letters",
        "known",
        "95 % >=",
        "rank 0 FP",
        "rank 1/1000",
        "target",
        "",
        "wrong",
        "undet.",
    )
    return f"{table(heads, rows)}\n\n{negative_table(quality.negatives)}\n\n{_falsely_known(quality)}"


def negative_table(figures: Mapping[str, RowFigures]) -> str:
    """Documents that hold no letter: is the verdict right, and which were given?"""
    rows = []
    for name, one in figures.items():
        target = NEGATIVE_TARGETS.get(name)
        given = ", ".join(f"{verdict} {count}" for verdict, count in one.verdicts.items())
        judged = _passed(one.allowed, target) if target else ""
        rows.append((name, str(one.documents), share(one.allowed), share(target), judged, str(one.wrong), given))
    return table(("negatives", "documents", "right", "target", "", "wrong", "verdicts"), rows)


def distorted_table(figures: Mapping[str, RowFigures]) -> str:
    """The distortions."""
    rows = [
        (
            name, str(one.letters), share(one.known), share(one.at_least), share(one.ranked), share(one.allowed),
            str(one.wrong), ", ".join(f"{verdict} {count}" for verdict, count in one.verdicts.items()),
        )
        for name, one in figures.items()
    ]  # fmt: skip
    return table(("distortion", "letters", "known", "95 % >=", "rank 0 FP", "right", "wrong", "verdicts"), rows)


def _falsely_known(quality: Quality) -> str:
    bound = upper_bound(quality.wrong, quality.tried)
    return (
        f"falsely known: {quality.wrong} of {quality.tried} negatives, rate below {bound:.2%} (95 %); "
        f"most evidence of a negative {quality.zero:.0f}; corpus {quality.digest[:16]}"
    )


def _undetermined(figures: RowFigures) -> float:
    return figures.verdicts.get("undetermined", 0) / figures.documents


def _passed(value: float | None, target: float) -> str:
    return "pass" if value is not None and value >= target else "FAIL"


def as_json(quality: Quality) -> dict[str, object]:
    """For a file."""
    return asdict(quality) | {"settings": {**asdict(quality.settings), "bodies": bool(quality.settings.bodies)}}
