"""The hook for speech recognition: a function of the operator's own, run in the worker. Off unless it is named.

    def recognise(sound: bytes, model: str) -> str

`sound` is up to 30 seconds of one channel, 16,000 whole numbers of 16 bits a second, little endian; `model` is the
folder that the operator named, and beside the installed packages all that it can read. It makes no threads, no
processes, no files and no connections: the kernel refuses them. Nothing here fetches a model.
"""

from __future__ import annotations

import pkgutil
import time
from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from documents.records import SkipReason
from extraction.budget import SpeechSettings, UnreadableError
from extraction.recordings.sound_print import Divider

Samples = NDArray[np.float32]
Recogniser = Callable[[bytes, str], str]

# What recognisers want: samples a second.
RATE: Final = 16_000
# Seconds that are recognised together.
TOGETHER: Final = 30
# How loud the loudest sample of a part is made, of 32,767: recordings differ a hundredfold.
_PEAK = 20_000.0
# Characters of one part that are kept; fast speech has 20 a second.
_MOST_CHARACTERS = 4_000


@cache
def loaded(name: str) -> Recogniser | None:
    """The function of this name; None where there is none. Called once before the worker gives up its files."""
    try:
        function: object = pkgutil.resolve_name(name)
    except Exception:  # noqa: BLE001 - the operator's code; each recording tells that it is missing
        return None
    return function if callable(function) else None


class Listening:
    """Hands sound to the recogniser part by part, and gathers what it says."""

    def __init__(self, settings: SpeechSettings, until: float) -> None:
        recogniser = loaded(settings.recogniser)
        if recogniser is None:
            raise UnreadableError(SkipReason.EXTRA_MISSING, "recogniser of speech")
        self._recogniser = recogniser
        self._model = settings.model
        self._until = until
        self._divider: Divider | None = None
        self._waiting: list[Samples] = []
        self._seconds = 0.0
        self._rate = 0.0
        self.texts: list[str] = []

    def add(self, rate: int, samples: Samples) -> None:
        """The next samples, of one channel.

        Raises:
            UnreadableError: the recogniser failed, or there is no time left; what it said before stands.
        """
        if self._divider is None:
            factor = max(1, rate // RATE)
            self._divider, self._rate = Divider(factor), rate / factor
        self._waiting.append(self._divider.divided(samples))
        self._seconds += len(samples) / rate
        if self._seconds >= TOGETHER:
            self._hand_over(whole_parts=True)

    def finish(self) -> None:
        """What is left; raises as `add`."""
        self._hand_over(whole_parts=False)

    def _hand_over(self, *, whole_parts: bool) -> None:
        """All that waits; or of it the whole parts, the rest goes on waiting."""
        if not self._waiting:
            return
        waiting = np.concatenate(self._waiting)
        step = int(TOGETHER * self._rate)
        end = len(waiting) // step * step if whole_parts else len(waiting)
        self._waiting, self._seconds = [waiting[end:]], (len(waiting) - end) / self._rate
        for at in range(0, end, step):
            if time.monotonic() > self._until:
                raise UnreadableError(SkipReason.BUDGET_SPENT, "time for speech")
            self._recognise(waiting[at : min(end, at + step)])

    def _recognise(self, part: Samples) -> None:
        places = np.arange(0, len(part), self._rate / RATE)
        peak = float(np.abs(part).max(initial=0.0))
        again = np.interp(places, np.arange(len(part)), part) * (_PEAK / peak if peak else 0.0)
        try:
            text = self._recogniser(again.astype("<i2").tobytes(), self._model)
        except Exception as error:  # noqa: BLE001 - the operator's code; its text may quote what was said
            raise UnreadableError(SkipReason.PARSER_CRASHED, f"recogniser: {type(error).__name__}") from None
        if not isinstance(text, str):
            raise UnreadableError(SkipReason.PARSER_CRASHED, "recogniser: no text")
        if text.strip():
            self.texts.append(text.strip()[:_MOST_CHARACTERS])
