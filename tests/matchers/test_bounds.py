"""No document makes matching slow or large, and what is not looked at is told."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from demo_range.letters import House
from matchers import part_matching
from matchers.alignment import Aligner
from matchers.chains import MOST_OCCURRENCES, Chain
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.part_matching import PartMatching
from matchers.parts import part_of, part_ranges
from matchers.verdicts import Judgement, Piece, Verdict
from tests.matchers.conftest import calls_of, judged, known, letters_of

KEY = PackKey(b"b" * 32)
PHRASE = "the ferry to the northern islands was late again"  # 40 symbols
# Words that no letter has, drawn once; a letter of five million symbols is made of them, and parts of it.
INVENTED = ["".join(random.Random(word).choices("bcdfghklmnprstvz aeiou", k=9)) for word in range(4000)]  # noqa: S311
# Bytes of memory for each code point of a document, beside the document itself; of a part, if it has several.
MOST_BYTES = 330


def invented(words: int) -> str:
    generator = random.Random(words)  # noqa: S311 - the same text in every run
    return " ".join(generator.choices(INVENTED, k=words))


@pytest.fixture(scope="module")
def letters() -> list[str]:
    return letters_of(list(House), 12)


@pytest.fixture(scope="module")
def folder(letters: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Letters of six houses, a long one, and three that are little else than one phrase."""
    folder = tmp_path_factory.mktemp("bounds") / "pack"
    made = [Letter(f"L{number}", text) for number, text in enumerate(letters)]
    made.append(Letter("long", invented(40_000)))
    made += [Letter(f"phrase {word}", f"{PHRASE} {word} " * 200) for word in INVENTED[:3]]
    build_pack(made, folder, KEY)
    return folder


@pytest.fixture(scope="module")
def matcher(folder: Path) -> Matcher:
    return Matcher(open_pack(folder, KEY))


@pytest.fixture
def aligned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many chains were aligned, alignment by alignment."""
    counts: list[int] = []
    align = Aligner.align

    def counted(aligner: Aligner, chains: list[Chain]) -> object:
        counts.append(len(chains))
        return align(aligner, chains)

    monkeypatch.setattr(Aligner, "align", counted)
    return counts


def test_of_one_letter_again_and_again_a_few_places_are_compared_and_the_others_told(
    matcher: Matcher, letters: list[str], aligned: list[int]
) -> None:
    judgement = judged(matcher, "\n".join(letters[:1] * 60))
    assert known(judgement) == {"L0"}
    assert f"and {60 - MOST_OCCURRENCES} more places that were not compared" in judgement.reasons[0]
    others = len(judgement.letters) - 1
    assert len(aligned) <= (MOST_OCCURRENCES + 1) * (1 + others + 20)


def test_a_phrase_in_every_place_is_aligned_in_a_few(matcher: Matcher, aligned: list[int]) -> None:
    judgement = judged(matcher, f"{PHRASE} {INVENTED[0]} " * 3000)
    assert f"phrase {INVENTED[0]}" in known(judgement)
    assert "more places that were not compared" in judgement.reasons[0]
    assert len(aligned) <= (MOST_OCCURRENCES + 1) * 3
    assert max(aligned) <= 400


def test_letters_that_are_not_compared_are_counted(
    matcher: Matcher, letters: list[str], aligned: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_matching, "FEWEST_CANDIDATES", 5)
    monkeypatch.setattr(part_matching, "SYMBOLS_A_CANDIDATE", 10**9)
    few_words = [" ".join(text.split()[60:75]) for text in letters]
    judgement = judged(matcher, "\n".join([*few_words, letters[7]]))
    assert known(judgement) == {"L7"}
    assert "more letters, of which less was found, were not compared word by word" in judgement.reasons[-1]
    assert 5 <= len(aligned) <= 5 * (MOST_OCCURRENCES + 1)


def test_text_of_one_character_and_text_of_none(matcher: Matcher, aligned: list[int]) -> None:
    assert judged(matcher, "a" * 300_000).verdict is Verdict.CLEAR
    assert judged(matcher, ". \n-" * 100_000).verdict is Verdict.UNDETERMINED
    assert not aligned


def test_a_word_in_each_piece(matcher: Matcher, letters: list[str]) -> None:
    words = " ".join(letters[:12]).split()
    judgement = matcher.match([Piece(f"{number}", word) for number, word in enumerate(words)])
    assert known(judgement) == {f"L{number}" for number in range(12)}
    assert all(len(match.spans) > len(letters[0].split()) // 3 for match in judgement.letters[:12])
    assert sum(len(match.spans) for match in judgement.letters) <= 2 * len(words)


def test_a_long_letter_is_known_by_its_half(matcher: Matcher) -> None:
    text = invented(40_000)
    judgement = judged(matcher, text[: len(text) // 2])
    assert known(judgement) == {"long"}
    assert judgement.letters[0].coverage > 0.99
    assert 0.49 < judgement.letters[0].containment < 0.51


@pytest.mark.parametrize("place", range(5))
def test_memory_has_a_bound(matcher: Matcher, letters: list[str], place: int) -> None:
    kinds = [
        "\n".join(letters[:3] * 30),
        "a" * 300_000,
        ". \n-" * 75_000,
        f"{PHRASE} {INVENTED[0]} " * 5000,
        invented(30_000),
    ]
    judged(matcher, kinds[place][:10_000])
    tracemalloc.start()
    judged(matcher, kinds[place])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= MOST_BYTES * len(kinds[place])


def pieces_of(text: str) -> list[Piece]:
    return [Piece(str(number), word) for number, word in enumerate(text.split(" "))]


ADVERSARIES: dict[str, Callable[[list[str], int], Sequence[Piece]]] = {
    "one letter": lambda letters, times: [Piece("", letters[0] * 100 * times)],
    "all letters": lambda letters, times: [Piece("", "\n".join(letters * 2 * times))],
    "a phrase": lambda _, times: [Piece("", f"{PHRASE} " * 25_000 * times)],
    "phrases of a letter": lambda _, times: [Piece("", f"{PHRASE} {INVENTED[0]} " * 3_000 * times)],
    "a few words of each": lambda letters, times: [
        Piece(
            "", "\n".join(" ".join(text.split()[at : at + 12]) for at in range(40, 40 + 5 * times) for text in letters)
        )
    ],
    "one character": lambda _, times: [Piece("", "a" * 500_000 * times)],
    "no symbols": lambda _, times: [Piece("", ". \n-" * 500_000 * times)],
    "tiny pieces": lambda letters, times: pieces_of("\n".join(letters[: 12 * times])),
    "tiny pieces of a long letter": lambda _, times: pieces_of(" ".join(invented(40_000).split()[: 10_000 * times])),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ADVERSARIES)
def test_work_is_linear(matcher: Matcher, letters: list[str], name: str) -> None:
    """Four times the document has about four times the rows and calls; "a few words" have 5 times the words."""
    once, often = (ADVERSARIES[name](letters, times) for times in (1, 4))
    assert _rows(matcher, often) <= 5 * _rows(matcher, once) + 1000
    matcher.match(once)  # what is looked up once is looked up here
    assert calls_of(lambda: matcher.match(often)) <= 5 * calls_of(lambda: matcher.match(once))


def _rows(matcher: Matcher, pieces: Sequence[Piece]) -> int:
    """Places of letters that are looked at for a document."""
    points = sum(len(piece.text) for piece in pieces)
    return sum(PartMatching(matcher.pack, part_of(pieces, *one)).rows for one in part_ranges(points))


@pytest.mark.slow
def test_one_letter_two_thousand_times(matcher: Matcher, letters: list[str]) -> None:
    judgement = judged(matcher, "\n".join(letters[:1] * 2000))
    assert known(judgement) == {"L0"}
    assert judgement.letters[0].containment > 0.99
    assert "more places that were not compared" in judgement.reasons[0]


@pytest.mark.slow
def test_ten_million_matches(matcher: Matcher) -> None:
    """Each place of the phrase is found at four places of three letters; a part with too many rows is cut smaller."""
    text = f"{PHRASE} " * 120_000
    pieces = [Piece("", text)]
    parts = [PartMatching(matcher.pack, part_of(pieces, *one)) for one in part_ranges(len(text))]
    assert sum(part.rows for part in parts) >= 10_000_000
    judgements: list[Judgement] = []
    assert calls_of(lambda: judgements.append(matcher.match(pieces))) < 1_000_000, "none is looked at by itself"
    (judgement,) = judgements
    assert {match.letter_id for match in judgement.letters} <= {f"phrase {word}" for word in INVENTED[:3]}


_LONG_DOCUMENT = """
import json, sys
from pathlib import Path
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.verdicts import Piece

text = Path(sys.argv[2]).read_text(encoding="utf-8")
copies = 200_000_000 // len(text) + 1
judgement = Matcher(open_pack(Path(sys.argv[1]), PackKey(b"b" * 32))).match([Piece("", text * copies)])
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
letters = [match.letter_id for match in judgement.letters if match.verdict == "known_letter"]
print(json.dumps({"letters": letters, "peak": int(status["VmHWM"].split()[0]) * 1024}))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_megabytes(folder: Path, letters: list[str], tmp_path: Path) -> None:
    """Letters and invented words in turn; beside the text itself, memory is that of one part."""
    source = tmp_path / "text"
    source.write_text("\n".join([*letters[:6], invented(30_000)]), encoding="utf-8")
    command = [sys.executable, "-c", _LONG_DOCUMENT, str(folder), str(source)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    answer = json.loads(ran.stdout)
    assert set(answer["letters"]) == {f"L{number}" for number in range(6)}
    assert answer["peak"] < 200_000_000 + 700_000_000
