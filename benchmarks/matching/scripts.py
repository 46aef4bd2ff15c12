"""Letters in other languages and scripts, one template each: Polish, Hindi, Arabic, Chinese. Welsh is a template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.matching.corpus import FIRST_OTHER
from benchmarks.matching.patients import patient
from benchmarks.matching.prose import compiled, days, picked, printed_day, read_sections, seeded, word_lists
from benchmarks.matching.templates import BLANK

LANGUAGES = ("polish", "hindi", "arabic", "chinese")
_DAY_STYLE = "{d2}.{m2}.{y}"
_SENTENCES = (5, 8)
_TEMPLATE, _FRAMES = "T", "F"


@dataclass(frozen=True, slots=True, repr=False)
class ScriptLetter:
    """One letter: its id, whole text, and story alone."""

    letter_id: str
    text: str
    body: str


class ScriptCorpus:
    """Letters of one language by number; numbers from `FIRST_OTHER` on are other patients'."""

    def __init__(self, language: str, seed: int = 1) -> None:
        sections = read_sections(language)
        lists = {**word_lists(language), "date": tuple(printed_day(_DAY_STYLE, day) for day in days())}
        self._language, self._seed, self._lists = language, seed, lists
        self._template = sections[_TEMPLATE]
        self._frames = tuple(compiled(line, lists, {}) for line in sections[_FRAMES])

    def letter(self, number: int) -> ScriptLetter:
        """The letter of a number."""
        generator = seeded(f"{self._language}/{self._seed}/{number}")
        draw = generator.random
        row = patient(self._seed, number % FIRST_OTHER + (number >= FIRST_OTHER)).row
        fields = {
            "first": picked(self._lists["first"], draw),
            "last": picked(self._lists["last"], draw),
            "born": row.date_of_birth,
            "nhs": row.nhs_number,
            "hospital": row.hospital_number,
        }
        stories = []
        for _ in range(sum("{story}" in line for line in self._template)):
            chosen = generator.sample(self._frames, generator.randint(*_SENTENCES))
            stories.append(" ".join(frame.drawn(draw) for frame in chosen))
        return ScriptLetter(f"{self._language}-{number}", self._filled(fields, stories), "\n\n".join(stories))

    def letters(self, count: int, first: int = 0) -> Iterator[ScriptLetter]:
        """Letters of consecutive numbers."""
        return (self.letter(number) for number in range(first, first + count))

    def blank(self) -> str:
        """The empty form."""
        return self._filled(dict.fromkeys(("first", "last", "born", "nhs", "hospital"), BLANK), [BLANK * 3] * 2)

    def _filled(self, fields: dict[str, str], stories: list[str]) -> str:
        left = iter(stories)
        return "\n\n".join(next(left) if line == "{story}" else line.format_map(fields) for line in self._template)
