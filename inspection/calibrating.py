"""The organisation's letters on their way through calibration: which are tried, against which pack, and what came."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from inspection.errors import LettersError
from inspection.letters import LetterFile
from matchers.keys import PackKey
from matchers.letter_marks import LetterMarks
from matchers.matcher import Matcher
from matchers.pack import Pack, open_pack
from matchers.pack_build import Letter, StagedLetter, build_pack
from matchers.trials import LeftOut, Near, Recognition, is_version, tried_background, tried_other, tried_own

# Letters that are tried at most. 5,000 of others take about 5 minutes and bound the rate of what none of them does to
# 740 in a million; 300 of the pack's own bound a share that is 99 % to between 97 and 100.
MOST_OTHERS = 5_000
MOST_OWN = 300

# Reads files, one after the other; told on the terminal by who gives it.
Read = Callable[[Sequence[LetterFile]], AbstractContextManager[Iterator[Letter | StagedLetter]]]


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """What each letter file is for.

    Attributes:
        others: letters that the pack tried does not have.
        own: letters that it has.
        rest: further letters, for the pack that is built without the others.
        untried: letters that the pack does not have and that are too many to be tried.
    """

    others: tuple[LetterFile, ...]
    own: tuple[LetterFile, ...]
    rest: tuple[LetterFile, ...] = ()
    untried: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Trials:
    """What came of them.

    Attributes:
        others: letters that the pack does not have.
        own: letters that it has.
        background: texts that are no letters.
        left_out: ids of letters, and places of background texts, that say nothing of chance, by why.
        growth: how many times as many letters the pack has as the one that was tried.
    """

    others: tuple[Near, ...]
    own: tuple[Recognition, ...]
    background: tuple[Near, ...]
    left_out: Mapping[LeftOut, tuple[str, ...]]
    growth: float


def chosen(files: Sequence[LetterFile], in_pack: LetterMarks) -> Choice:
    """Letters of the pack, and those that it does not have.

    Raises:
        LettersError: the pack has them all.
    """
    found = [file for file in files if file.is_found]
    others = [file for file in found if file.letter_id not in in_pack]
    own = [file for file in found if file.letter_id in in_pack]
    if not others:
        raise LettersError(
            f"all {len(own)} letters are in the pack; name letters that are not, or hold some back: --hold-back 20"
        )
    return Choice(tuple(others[:MOST_OTHERS]), tuple(own[:MOST_OWN]), untried=max(0, len(others) - MOST_OTHERS))


def held_back(files: Sequence[LetterFile], percent: float, key: PackKey) -> Choice:
    """A share of the letters as others, the same ones each time; the rest for a pack without them.

    Raises:
        LettersError: too few for either.
    """
    found = [file for file in files if file.is_found]
    found.sort(key=lambda file: key.digest("calibration", file.letter_id.encode()))
    count = round(len(found) * percent / 100)
    others, rest = found[:count], found[count:]
    if not others or not rest:
        raise LettersError(f"{percent:g} % of {len(found)} letters are {count}: nothing to calibrate on")
    tried = others[:MOST_OTHERS]
    return Choice(tuple(tried), tuple(rest[:MOST_OWN]), tuple(rest[MOST_OWN:]), len(others) - len(tried))


class Trying:
    """Reads letters and tries them. Texts live as long as they are tried, and nowhere but in memory.

    Args:
        pack: to be calibrated.
        key: of the pack.
        read: opens letter files.
    """

    def __init__(self, pack: Pack, key: PackKey, read: Read) -> None:
        self._pack = pack
        self._key = key
        self._read = read

    def tried(self, choice: Choice, background: Sequence[LetterFile], builds: bool) -> Trials:
        """Try the letters against the pack; with `builds`, against one that is built without the others for this."""
        with self._read(background) as texts:
            beside = list(_letters(texts))
        if not builds:
            with self._read(choice.own) as texts:
                return self._against(Matcher(self._pack), choice, list(_letters(texts)), beside)
        with self._built(choice) as (pack, own):
            return self._against(Matcher(pack), choice, own, beside)

    @contextmanager
    def _built(self, choice: Choice) -> Iterator[tuple[Pack, list[Letter]]]:
        """A pack without the others, in a folder that nobody else enters."""
        own: list[Letter] = []

        def kept(texts: Iterable[Letter | StagedLetter]) -> Iterator[Letter]:
            for letter in _letters(texts):
                if len(own) < len(choice.own):
                    own.append(letter)
                yield letter

        with tempfile.TemporaryDirectory(prefix="stray-calibrate-") as folder:
            place = Path(folder) / "pack"
            with self._read((*choice.own, *choice.rest)) as texts:
                build_pack(kept(texts), place, self._key, self._pack.parameters)
            yield open_pack(place, self._key), own

    def _against(self, matcher: Matcher, choice: Choice, own: list[Letter], beside: list[Letter]) -> Trials:
        left_out: dict[LeftOut, list[str]] = {}
        others: list[Near] = []
        background: list[Near] = []
        for text in beside:
            _sorted_out(tried_background(matcher, text.letter_id, text.text), text.letter_id, background, left_out)
        with self._read(choice.others) as texts:
            before = ""
            for place, letter in enumerate(_letters(texts)):
                around = beside[place % len(beside)].text if beside else before
                near = tried_other(matcher, letter.letter_id, letter.text, around)
                _sorted_out(near, letter.letter_id, others, left_out)
                before = letter.text
        known = list(_own(matcher, own, beside, left_out))
        return Trials(
            others=tuple(others),
            own=tuple(known),
            background=tuple(background),
            left_out={why: tuple(names) for why, names in left_out.items()},
            growth=max(1.0, self._pack.letters / matcher.pack.letters),
        )


def _sorted_out(found: Near | LeftOut, name: str, near: list[Near], left_out: dict[LeftOut, list[str]]) -> None:
    if isinstance(found, Near):
        near.append(found)
    else:
        left_out.setdefault(found, []).append(name)


def _own(
    matcher: Matcher, letters: Sequence[Letter], beside: Sequence[Letter], left_out: dict[LeftOut, list[str]]
) -> Iterator[Recognition]:
    """Each letter that the pack has as it is here. Files of the same name in two folders have one id."""
    marks = matcher.pack.marks()
    for place, letter in enumerate(letters):
        number = marks.number(letter.letter_id)
        around = beside[place % len(beside)].text if beside else letters[place - 1].text
        if number is None:
            continue
        if marks.number_of(letter.letter_id, letter.mark) is None and not is_version(matcher, number, letter.text):
            left_out.setdefault(LeftOut.CHANGED, []).append(letter.letter_id)
        else:
            yield tried_own(matcher, number, letter.text, around)


def _letters(texts: Iterable[Letter | StagedLetter]) -> Iterator[Letter]:
    return (letter for letter in texts if isinstance(letter, Letter))
