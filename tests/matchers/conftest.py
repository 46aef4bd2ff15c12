"""Letters, packs and a matcher for the tests of this room. All people are made up."""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from demo_range.letters import House, letter
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Judgement, Piece, Verdict

# The first call of a compiled loop takes a second where nothing is cached, and no test is timed.
settings.register_profile("matchers", deadline=None)
settings.load_profile("matchers")

MakeMatcher = Callable[[Sequence[str]], Matcher]


@pytest.fixture
def key() -> PackKey:
    return PackKey(bytes(range(32)))


@pytest.fixture(scope="session")
def make_matcher(tmp_path_factory: pytest.TempPathFactory) -> MakeMatcher:
    """A matcher for a pack of these texts; the letter at place n has the id Ln."""

    def make(texts: Sequence[str]) -> Matcher:
        folder = tmp_path_factory.mktemp("packs") / "pack"
        key = PackKey(b"k" * 32)
        build_pack([Letter(f"L{number}", text) for number, text in enumerate(texts)], folder, key)
        return Matcher(open_pack(folder, key))

    return make


def judged(matcher: Matcher, text: str) -> Judgement:
    return matcher.match([Piece("", text)])


def known(judgement: Judgement) -> set[str]:
    return {match.letter_id for match in judgement.letters if match.verdict is Verdict.KNOWN_LETTER}


def letters_of(houses: Sequence[House], count: int, first: int = 0) -> list[str]:
    """Patients `first` and following, for each house template."""
    return [letter(house, number, 1).text for house in houses for number in range(first, first + count)]


def random_errors(text: str, rate: float, seed: int) -> str:
    """Character errors of no particular kind: three in five substitutions, one in five each lost or put in."""
    generator = random.Random(seed)  # noqa: S311 - errors must be the same in every run
    symbols = string.ascii_lowercase + string.digits + " "
    out = []
    for character in text:
        kind = generator.random() / rate if rate else 1.0
        if kind >= 0.8:
            out.append(character)
        if kind < 0.6 or 0.8 <= kind < 1.0:
            out.append(generator.choice(symbols))
    return "".join(out)


def words_of(text: str, count: int, first: int) -> str:
    return " ".join(text.split(" ")[first : first + count])


def pack_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def calls_of(work: Callable[[], object]) -> int:
    """Calls that Python makes for it: what it costs, the same on a machine that is busy."""
    count = 0

    def counted(frame: object, event: str, value: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
