"""Matching: speed, pack size, and what is found and falsely found, beside two peers on the same documents.

    python -m benchmarks.matching

Letters are generated, on six templates. Peers: rapidfuzz `ratio` against every letter, and the share of word 4-shingles
found (containment); each gets the threshold that lets no document through that is not a letter of the pack, taken on
the very documents that are counted, which flatters them.
"""

from __future__ import annotations

import random
import string
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rapidfuzz import fuzz, process

from demo_range.letters import House, blank_template, letter
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.verdicts import Piece, Verdict

# Known letters on each of six templates, and other patients' letters on the same templates.
KNOWN_A_HOUSE = 40
OTHERS_A_HOUSE = 20
FIRST_OTHER = 1000
ERROR_RATES = (0.0, 0.02, 0.05, 0.10)
LENGTHS: tuple[int | None, ...] = (None, 150, 60)
# Documents a cell of the table, and how many of these the slow peer sees.
QUERIES = 60
PEER_QUERIES = 12
PEER_NEGATIVES = 24
WORD_SHINGLE = 4
# A rare event that was never seen in n trials has a rate below 3 / n with 95 % confidence.
RULE_OF_THREE = 3

Best = Callable[[str], tuple[float, int]]


def main() -> None:
    """Print all figures."""
    known = [letter(house, number, 1).text for house in House for number in range(KNOWN_A_HOUSE)]
    others = [letter(house, FIRST_OTHER + number, 1).text for house in House for number in range(OTHERS_A_HOUSE)] + [
        blank_template(house).text for house in House
    ]
    with _matcher(known) as matcher:
        _print_match_speed(matcher, known, others)
        _print_table(matcher, known, others)
        _print_peers(matcher, known, others)


@contextmanager
def _matcher(known: list[str]) -> Iterator[Matcher]:
    with tempfile.TemporaryDirectory() as folder:
        key = PackKey(bytes(range(32)))
        pack = Path(folder) / "pack"
        letters = [Letter(str(number), text) for number, text in enumerate(known)]
        build_pack(letters[:1], pack, key)  # tables of the normaliser are made once
        started = time.perf_counter()
        summary = build_pack(letters, pack, key)
        seconds = time.perf_counter() - started
        words = sum(len(text.split()) for text in known) / len(known)
        print(
            f"build   {summary.letters} letters of {words:.0f} words: {summary.letters / seconds:.0f} letters/s,",
            end=" ",
        )
        print(f"{summary.bytes_per_letter:.0f} bytes a letter ({summary.shingles / len(known):.0f} shingles)")
        yield Matcher(open_pack(pack, key))


def _print_match_speed(matcher: Matcher, known: list[str], others: list[str]) -> None:
    for name, documents in (
        ("known letters", known[:: len(known) // QUERIES]),
        ("other patients' letters", others),
        ("a bundle of all known letters", ["\n\n".join(known)]),
    ):
        started = time.perf_counter()
        for document in documents:
            _found(matcher, document)
        seconds = time.perf_counter() - started
        size = sum(map(len, documents))
        print(f"match   {name}: {len(documents) / seconds:.0f} documents/s, {size / seconds / 1e6:.2f} M characters/s")


def _print_table(matcher: Matcher, known: list[str], others: list[str]) -> None:
    print(f"\nknown letters found under their own id, of {QUERIES}; in brackets known or named as a shared passage")
    print("error   " + "".join(f"{_length_name(length):>16}" for length in LENGTHS))
    wrong = tried = 0
    for rate in ERROR_RATES:
        cells = []
        for length in LENGTHS:
            found = [(number, _found(matcher, text)) for number, text in _queries(known, rate, length, QUERIES)]
            right = sum(letters.get(number) is Verdict.KNOWN_LETTER for number, letters in found)
            named = sum(number in letters for number, letters in found)
            wrong += sum(_claims(letters, number) for number, letters in found)
            cells.append(f"{right:>9} ({named:>3})  ")
        print(f"{rate:>5.0%}   " + "".join(f"{cell:>16}" for cell in cells))
        for document in others:
            wrong += _claims(_found(matcher, _mistyped(document, rate, 1)))
        tried += len(others)
    bound = f"rate below {RULE_OF_THREE / tried:.1%} (95 %)" if not wrong else f"rate {wrong / tried:.1%}"
    print(f"falsely known: {wrong}, {tried} other letters and blank templates at these error rates: {bound}")


def _print_peers(matcher: Matcher, known: list[str], others: list[str]) -> None:
    negatives = others[:: max(1, len(others) // PEER_NEGATIVES)]
    shingles = [_word_shingles(text) for text in known]
    peers: dict[str, Best] = {
        "rapidfuzz ratio, every letter": lambda text: _best_ratio(text, known),
        "word shingles, every letter": lambda text: _best_containment(text, shingles),
    }
    print(f"\nfound of {PEER_QUERIES} with nothing falsely found, and speed")
    cells = [(0.0, None), (0.05, None), (0.0, 150), (0.05, 150)]
    print(
        f"{'':32}" + "".join(f"{_length_name(length)} {rate:.0%}".rjust(16) for rate, length in cells) + "  documents/s"
    )
    started = time.perf_counter()
    counts = []
    for rate, length in cells:
        answers = [(n, _found(matcher, text)) for n, text in _queries(known, rate, length, PEER_QUERIES)]
        counts.append(sum(letters.get(n) is Verdict.KNOWN_LETTER for n, letters in answers))
    ours = len(cells) * PEER_QUERIES / (time.perf_counter() - started)
    print(f"{'this matcher':32}" + "".join(f"{count:>16}" for count in counts) + f"{ours:>13.0f}")
    for name, best in peers.items():
        started = time.perf_counter()
        threshold = max(best(text)[0] for text in negatives)
        counts = []
        for rate, length in cells:
            answers_of = [(n, best(text)) for n, text in _queries(known, rate, length, PEER_QUERIES)]
            counts.append(sum(which == n and score > threshold for n, (score, which) in answers_of))
        speed = (len(negatives) + len(cells) * PEER_QUERIES) / (time.perf_counter() - started)
        print(f"{name:32}" + "".join(f"{c:>16}" for c in counts) + f"{speed:>13.1f}   1 : {ours / speed:.0f}")


def _found(matcher: Matcher, text: str) -> dict[int, Verdict]:
    return {int(match.letter_id): match.verdict for match in matcher.match([Piece("", text)]).letters}


def _claims(letters: dict[int, Verdict], besides: int | None = None) -> int:
    """Is a letter claimed that the document does not hold?"""
    return any(verdict is Verdict.KNOWN_LETTER and number != besides for number, verdict in letters.items())


def _queries(known: list[str], rate: float, length: int | None, count: int) -> Iterator[tuple[int, str]]:
    for number in range(0, len(known), len(known) // count):
        words = known[number].split(" ")
        if length is not None:
            first = random.Random(number).randrange(max(1, len(words) - length))  # noqa: S311 - the same in every run
            words = words[first : first + length]
        yield number, _mistyped(" ".join(words), rate, number)


def _mistyped(text: str, rate: float, seed: int) -> str:
    """Character errors of no particular kind: three in five substitutions, one in five each lost or put in."""
    generator = random.Random(seed)  # noqa: S311 - the same in every run
    symbols = string.ascii_lowercase + string.digits + " "
    out = []
    for character in text:
        kind = generator.random() / rate if rate else 1.0
        if kind >= 0.8:  # noqa: PLR2004 - the shares are in the docstring
            out.append(character)
        if kind < 0.6 or 0.8 <= kind < 1.0:  # noqa: PLR2004
            out.append(generator.choice(symbols))
    return "".join(out)


def _best_ratio(text: str, known: list[str]) -> tuple[float, int]:
    _, score, number = process.extractOne(text, known, scorer=fuzz.ratio)
    return score, number


def _word_shingles(text: str) -> set[str]:
    words = text.casefold().split()
    return {" ".join(words[start : start + WORD_SHINGLE]) for start in range(len(words) - WORD_SHINGLE + 1)}


def _best_containment(text: str, shingles: list[set[str]]) -> tuple[float, int]:
    own = _word_shingles(text)
    return max((len(own & other) / max(1, len(other)), number) for number, other in enumerate(shingles))


def _length_name(length: int | None) -> str:
    return f"{length} words" if length else "whole"


if __name__ == "__main__":
    main()
