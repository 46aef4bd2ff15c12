"""How well texts tell what they speak of: `python -m benchmarks sensitivity [--wrong]`.

Held-out passages with the categories that a person would name; and made letters of six clinics with character errors,
against what they tell without.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

from benchmarks.matching.edits import noisy
from benchmarks.matching.tables import share, table
from demo_range.letters import House, letter
from matchers.rare_events import rate_bound
from matchers.sensitivity import Category, categories_in

# The lists were mended by what both showed when they were first measured (docs/benchmarks.md).
SETS: Final = ("sensitivity_held_out.toml", "sensitivity_second.toml")
_SEED: Final = 7
_LETTERS_A_HOUSE: Final = 100
_ERROR_RATES: Final = (0.0, 0.02, 0.05, 0.1)
_DOUBT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Passage:
    """A held-out text and what a person would say that it speaks of."""

    text: str
    of: frozenset[Category]


def held_out(name: str) -> tuple[Passage, ...]:
    """The passages of a set, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return tuple(Passage(each["text"], frozenset(map(Category, each["of"]))) for each in raw["text"])


def by_category(passages: Sequence[Passage]) -> Iterator[list[str]]:
    """For each category how many passages speak of it, are told, and are told falsely."""
    told = [frozenset(categories_in([passage.text])) for passage in passages]
    sums = [0, 0, 0]
    for category in Category:
        of = [category in passage.of for passage in passages]
        found = [category in each for each in told]
        right = sum(one and other for one, other in zip(of, found, strict=True))
        counts = [sum(of), right, sum(found) - right]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        yield _row(category.value, counts)
    yield _row("all", sums)


def _row(name: str, counts: Sequence[int]) -> list[str]:
    of, right, wrong = counts
    recall = right / of if of else None
    precision = right / (right + wrong) if right + wrong else None
    return [name, str(of), str(right), str(wrong), share(recall), share(precision)]


def noisy_letters() -> Iterator[list[str]]:
    """What letters with errors tell of what they tell without, and what they tell falsely."""
    texts = [letter(house, number, _SEED).text for house in House for number in range(_LETTERS_A_HOUSE)]
    clean = [frozenset(categories_in([text])) for text in texts]
    for rate in _ERROR_RATES:
        generator = random.Random(_SEED)  # noqa: S311 - the same errors in every run
        changed = [noisy(text, rate, generator) for text in texts]
        before = process_time()
        told = [frozenset(categories_in([text])) for text in changed]
        spent = (process_time() - before) / len(texts)
        kept = sum(len(one & other) for one, other in zip(clean, told, strict=True))
        added = sum(len(other - one) for one, other in zip(clean, told, strict=True))
        yield [f"{rate:.0%}", str(len(texts)), share(kept / sum(map(len, clean))), str(added), f"{spent * 1e3:.1f}"]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="also show passages of which something is wrong")
    arguments = parser.parse_args()
    for name in SETS:
        passages = held_out(name)
        print(f"\n{name}")
        print(table(["category", "speak of it", "told", "falsely", "recall", "precision"], list(by_category(passages))))
        silent = [passage for passage in passages if not passage.of]
        false = sum(bool(categories_in([passage.text])) for passage in silent)
        bound = rate_bound(false, len(silent), _DOUBT)
        print(f"of {len(silent)} that speak of nothing {false} tell something (95 %: at most {bound:.0%})")
        for passage in passages if arguments.wrong else ():
            told = frozenset(categories_in([passage.text]))
            if told != passage.of:
                print(f"\nof {sorted(passage.of)}, told {sorted(told)}: {passage.text}")
    print()
    print(table(["character errors", "letters", "still told", "told in addition", "ms each"], list(noisy_letters())))


if __name__ == "__main__":
    main()
