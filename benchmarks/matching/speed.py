"""Speed and memory of building a pack and of matching against it, each size measured in processes of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.matching.corpus import FIRST_OTHER, Corpus
from benchmarks.matching.hard_negatives import research_text
from benchmarks.matching.prose import seeded
from benchmarks.matching.specimens import Subject
from benchmarks.matching.tables import number, table
from benchmarks.matching.workspace import KEY, opened
from matchers.matcher import Matcher
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Piece

# Documents timed for a rate, and single ones for percentiles; as many more are matched first, to warm the caches.
_DOCUMENTS = 600
_SINGLES = 2_000
_BUNDLES = 20
# Words of a letter of two pages, at the least; and letters of 60 pages.
_TWO_PAGES = 650
_SIXTY_PAGES = 40
# Words of a stranger's document: as long as a letter.
_STRANGER_WORDS = 500
_PERCENT_99 = 0.99
_SEED = 1


@dataclass(frozen=True, slots=True)
class BuildSpeed:
    """What building took: letters a second by the clock, and the most memory the process had, MB."""

    letters: int
    seconds: float
    peak_mb: float
    bytes_a_letter: float


@dataclass(frozen=True, slots=True)
class MatchSpeed:
    """What matching took.

    Attributes:
        nothing: documents of 500 words a second that have nothing of the pack: words that are in no language.
        clinical: the same of strangers' clinical texts, which share phrases such as doses with letters.
        template: the same of other patients' letters on the templates.
        known: the same of known letters.
        bundle_ms: 60 pages of known letters, the middling time.
        two_pages_ms: a letter of two pages, half of them known: the middling time, and what 99 of 100 stay below.
        private_mb: memory of the process that is not shared with others that use the pack.
        before_mb: the same before the pack was opened.
    """

    nothing: float
    clinical: float
    template: float
    known: float
    bundle_ms: float
    two_pages_ms: tuple[float, float]
    private_mb: float
    before_mb: float


def report(sizes: Sequence[int]) -> object:
    """Measure, and print a table."""
    measured = [(size, *_measured(size)) for size in sizes]
    rows = [
        (
            number(size), number(built.letters / built.seconds), number(built.peak_mb), number(built.bytes_a_letter),
            number(match.nothing), number(match.clinical), number(match.template), number(match.known),
            number(match.bundle_ms, 1), number(match.two_pages_ms[0], 2), number(match.two_pages_ms[1], 2),
            number(match.private_mb - match.before_mb), number(match.private_mb),
        )
        for size, built, match in measured
    ]  # fmt: skip
    heads = (
        "letters", "build/s", "peak MB", "bytes/letter", "nothing/s", "clinical/s", "template/s", "known/s",
        "60 pages ms", "p50 ms", "p99 ms", "pack MB", "private MB",
    )  # fmt: skip
    print(table(heads, rows))
    return [{"letters": size, "build": asdict(built), "match": asdict(match)} for size, built, match in measured]


def _measured(size: int) -> tuple[BuildSpeed, MatchSpeed]:
    with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
        _write_letters(size, Path(folder))
        built = BuildSpeed(**_child("build", str(size), folder))
        match = _child("match", str(size), folder)
        pair: list[float] = match.pop("two_pages_ms")
        return built, MatchSpeed(**match, two_pages_ms=(pair[0], pair[1]))


def _child(*arguments: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", __spec__.name, *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


# Processes that write letters, and letters that each writes to its file.
_WRITERS = 2


def _write_letters(size: int, folder: Path) -> None:
    """Letters as JSON Lines, made before anything is timed."""
    parts = [size * place // _WRITERS for place in range(_WRITERS + 1)]
    commands = [
        [sys.executable, "-m", __spec__.name, "write", str(low), str(high), str(folder / f"letters-{place}.jsonl")]
        for place, (low, high) in enumerate(pairwise(parts))
    ]
    running = [subprocess.Popen(command) for command in commands]
    if any(one.wait() for one in running):
        raise RuntimeError("the letters could not be written")


def write(low: int, high: int, path: Path) -> None:
    """Write letters from one number up to another."""
    corpus = Corpus(_SEED)
    with path.open("w", encoding="utf-8") as file:
        for letter in corpus.letters(high - low, low):
            file.write(json.dumps([letter.letter_id, letter.text]) + "\n")


def _read_letters(folder: Path) -> Iterator[Letter]:
    for path in sorted(folder.glob("letters-*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Letter(*json.loads(line))


def build_speed(folder: Path) -> BuildSpeed:
    """Build the pack of the letters that were written."""
    build_pack([Letter("warm", "words to compile the loops with, and nothing else at all")], folder / "warm", KEY)
    began = time.perf_counter()
    summary = build_pack(_read_letters(folder), folder / "pack", KEY)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return BuildSpeed(summary.letters, seconds, peak, summary.bytes_per_letter)


def match_speed(size: int, folder: Path) -> MatchSpeed:
    """Match documents of each kind against the pack."""
    corpus = Corpus(_SEED)
    known = [corpus.letter(place * size // _DOCUMENTS).text for place in range(_DOCUMENTS)]
    others = [corpus.letter(FIRST_OTHER + place).text for place in range(_DOCUMENTS)]
    strangers = [_stranger(corpus, place) for place in range(_DOCUMENTS)]
    bundles = [_bundle(corpus, size, place) for place in range(_BUNDLES)]
    before = private_mb()
    matcher = opened(folder / "pack")
    unrelated = [_unrelated(place) for place in range(_DOCUMENTS)]
    for text in (*unrelated, *strangers, *others, *known, *bundles):
        _match(matcher, text)
    two_pages = [text for pair in zip(known, others, strict=True) for text in pair if len(text.split()) >= _TWO_PAGES]
    singles = sorted(_seconds(matcher, two_pages[place % len(two_pages)]) for place in range(_SINGLES))
    return MatchSpeed(
        nothing=_rate(matcher, unrelated),
        clinical=_rate(matcher, strangers),
        template=_rate(matcher, others),
        known=_rate(matcher, known),
        bundle_ms=sorted(_seconds(matcher, text) for text in bundles)[_BUNDLES // 2] * 1000,
        two_pages_ms=(singles[_SINGLES // 2] * 1000, singles[int(_SINGLES * _PERCENT_99)] * 1000),
        private_mb=private_mb(),
        before_mb=before,
    )


def _stranger(corpus: Corpus, place: int) -> str:
    words: list[str] = []
    while len(words) < _STRANGER_WORDS:
        letter = corpus.letter(FIRST_OTHER + 7 * place + len(words))
        words += research_text(Subject(letter, corpus, 1, seeded(place))).text.split()
    return " ".join(words[:_STRANGER_WORDS])


_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "st")]


def _unrelated(place: int) -> str:
    """Sentences of invented words: as long as English ones, and in no letter."""
    generator = seeded(f"unrelated/{place}")
    words = ["".join(generator.choices(_SYLLABLES, k=generator.randint(1, 3))) for _ in range(_STRANGER_WORDS)]
    return ". ".join(" ".join(words[start : start + 14]).capitalize() for start in range(0, len(words), 14))


def _bundle(corpus: Corpus, size: int, place: int) -> str:
    generator = seeded(f"speed/{place}")
    return "\n\n\f".join(corpus.letter(generator.randrange(size)).text for _ in range(_SIXTY_PAGES))


def _match(matcher: Matcher, text: str) -> None:
    matcher.match([Piece("", text)])


def _seconds(matcher: Matcher, text: str) -> float:
    began = time.perf_counter()
    _match(matcher, text)
    return time.perf_counter() - began


def _rate(matcher: Matcher, texts: Sequence[str]) -> float:
    return len(texts) / sum(_seconds(matcher, text) for text in texts)


def private_mb() -> float:
    """Memory of this process that it shares with none, MB."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def main() -> None:
    """Be one of the processes of a measurement."""
    match sys.argv[1:]:
        case ["write", low, high, path]:
            write(int(low), int(high), Path(path))
        case ["build", _, folder]:
            print(json.dumps(asdict(build_speed(Path(folder)))))
        case ["match", size, folder]:
            print(json.dumps(asdict(match_speed(int(size), Path(folder)))))


if __name__ == "__main__":
    main()
