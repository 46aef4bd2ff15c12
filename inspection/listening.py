"""Recordings of a document held against the known ones, beside its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from extraction.recordings.sound import UNHEARD
from extraction.records import Extraction, Problem, Sound
from matchers.pack import Pack
from matchers.sound_matcher import Heard, RecordingMatcher
from matchers.verdicts import Judgement, LetterMatch, Verdict, joined

# Share of a recording that is known from which its words need not be read: the rest is a beep or a breath.
KNOWN_SHARE: Final = 0.9


class Listener:
    """Judges recordings by what they sound like.

    Args:
        pack: whose recordings are known.

    Raises:
        PackDamagedError: they can not be opened.
    """

    def __init__(self, pack: Pack) -> None:
        self._matcher = RecordingMatcher(pack)
        _ = pack.recordings  # opened now: a damaged pack is told at once, and not in the middle of a sweep

    @property
    def hears(self) -> bool:
        """Is any recording known, so that it is worth fetching others?"""
        return self._matcher.has_recordings

    def judged(self, judgement: Judgement, extraction: Extraction) -> tuple[Judgement, tuple[Problem, ...]]:
        """The answer for text and recordings together, and what stays unread.

        That a recording's words were not read is no problem where it is known nearly whole.
        """
        sounds = [sound for sound in extraction.sounds if sound.fingerprint]
        if not sounds or not self.hears:
            return judgement, extraction.problems
        heard = self._matcher.match([Heard(sound.path, sound.fingerprint) for sound in sounds])
        known = {sound.path for sound in sounds if _is_known(sound, heard.letters)}
        problems = tuple(each for each in extraction.problems if not (_is_unheard(each) and each.path in known))
        if heard.letters and not extraction.pieces:
            return heard, problems  # there was no text to say anything of
        return joined(judgement, heard), problems


def _is_unheard(problem: Problem) -> bool:
    return (problem.reason, problem.detail) == (UNHEARD.reason, UNHEARD.detail)


def _is_known(sound: Sound, letters: Iterable[LetterMatch]) -> bool:
    spans = sorted(
        span.doc
        for letter in letters
        if letter.verdict is Verdict.KNOWN_LETTER
        for span in letter.spans
        if span.piece == sound.path
    )
    seconds, until = 0, 0
    for first, end in spans:
        seconds += max(0, end - max(first, until))
        until = max(until, end)
    return sound.seconds is not None and seconds >= KNOWN_SHARE * sound.seconds
