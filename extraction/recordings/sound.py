"""Recordings: what their headers say, and the acoustic fingerprint by which a known dictation is recognised.

Nothing is kept of the sound but the fingerprint, which is 86 bytes a second; nobody's words are read, unless the
operator has named a recogniser (`extraction.recordings.speech`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from documents.dictation import DictationHeader, read_dictation_header
from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from documents.sound_facts import SoundFacts
from documents.wav_header import read_wav
from extraction.budget import Budget, BudgetSpentError, UnreadableError
from extraction.recordings.sound_codecs import CodedSound
from extraction.recordings.sound_pcm import is_plain, plain_sound
from extraction.recordings.sound_print import LEAST_RATE, MOST_RATE, FingerprintMaker
from extraction.recordings.speech import Listening
from extraction.records import Content, Problem, Sound, TextPiece

Samples = NDArray[np.float32]

# What may hold sound; films have it too.
SOUND_TYPES: Final = (
    *(MediaType.WAV, MediaType.MP3, MediaType.DSS, MediaType.DS2, MediaType.OGG, MediaType.FLAC, MediaType.AMR),
    *(MediaType.M4A, MediaType.AAC, MediaType.AIFF, MediaType.AU, MediaType.CAF),
    *(MediaType.ASF, MediaType.MP4, MediaType.THREE_GPP, MediaType.AVI, MediaType.MATROSKA),
)
# What is said of every recording that nobody listened to.
UNHEARD = Problem(SkipReason.UNSUPPORTED_TYPE, "", "a recording: its words were not read")


def read_sound(data: bytes, budget: Budget) -> Content:
    """Facts and fingerprint of one recording; what was not decoded of it, and its words, are problems.

    The budget is spent as it is decoded; what was heard before it was spent counts.
    """
    media_type = sniff(data)
    header = read_dictation_header(data, len(data))
    sound = _told(media_type, header)
    if header is not None and header.encrypted:
        return Content(problems=(Problem(SkipReason.ENCRYPTED, "", "a recording with a password"),), sounds=(sound,))
    heard = _Heard()
    listened = _Listened(budget)
    problems: list[Problem] = []
    try:
        for rate, samples in _pieces(data, media_type, heard):
            heard.add(rate, samples, budget)
            listened.add(rate, samples)
    except UnreadableError as error:
        problems.append(Problem(error.reason, "", error.detail))
    except BudgetSpentError as error:
        problems.append(Problem(SkipReason.BUDGET_SPENT, "", str(error)))
    seconds = heard.seconds if heard.seconds and not problems else sound.seconds or heard.facts.seconds
    sound = replace(
        sound,
        seconds=seconds,
        author=sound.author or heard.facts.author,
        comment=sound.comment or heard.facts.comment,
        started=sound.started or (heard.facts.started.isoformat() if heard.facts.started else None),
        fingerprint=heard.fingerprint(),
    )
    pieces, unheard = listened.finish()
    return Content(pieces=pieces, problems=(*problems, *unheard), sounds=(sound,))


class _Listened:
    """What the operator's recogniser understood, where there is one."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._listening: Listening | None = None
        self._problem: Problem | None = None if budget.speech else UNHEARD

    def add(self, rate: int, samples: Samples) -> None:
        if self._problem is not None or self._budget.speech is None:
            return
        try:
            if self._listening is None:
                self._listening = Listening(self._budget.speech, self._budget.speech_until())
            self._listening.add(rate, samples)
        except UnreadableError as error:
            self._problem = Problem(error.reason, "", error.detail)

    def finish(self) -> tuple[tuple[TextPiece, ...], tuple[Problem, ...]]:
        """The text, and why it is not all: words of a recording that nobody understood were not read."""
        try:
            if self._listening is not None and self._problem is None:
                self._listening.finish()
        except UnreadableError as error:
            self._problem = Problem(error.reason, "", error.detail)
        text = "\n".join(self._listening.texts) if self._listening else ""
        problems = () if self._problem is None or self._problem == UNHEARD else (self._problem,)
        if text:
            return (TextPiece("", text),), problems
        return (), (*problems, UNHEARD)


def _told(media_type: MediaType, header: DictationHeader | None) -> Sound:
    if header is None:
        return Sound("", media_type.value.partition("/")[2].removeprefix("x-"))
    return Sound(
        path="",
        format=header.format.value,
        seconds=header.seconds,
        author=header.author,
        recorder=header.recorder,
        comment=header.comment,
        started=header.started.isoformat() if header.started else None,
        ended=header.ended.isoformat() if header.ended else None,
        encrypted=header.encrypted,
    )


@dataclass(slots=True)
class _Heard:
    """What comes of the sound while it is decoded."""

    seconds: float = 0.0
    facts: SoundFacts = field(default_factory=SoundFacts)
    _maker: FingerprintMaker | None = None

    def add(self, rate: int, samples: Samples, budget: Budget) -> None:
        if self._maker is None:
            if not LEAST_RATE <= rate <= MOST_RATE:
                raise UnreadableError(SkipReason.UNREADABLE, "samples a second")
            self._maker = FingerprintMaker(rate)
        self._maker.add(samples)
        self.seconds += len(samples) / rate
        budget.spend_sound(len(samples) / rate)

    def fingerprint(self) -> bytes:
        return b"" if self._maker is None else self._maker.finish().astype("<u4").tobytes()


def _pieces(data: bytes, media_type: MediaType, heard: _Heard) -> Iterator[tuple[int, Samples]]:
    """Rate and samples. What a container says of itself goes to `heard`."""
    wav = read_wav(data) if media_type is MediaType.WAV else None
    if wav is not None and wav.format is not None and is_plain(wav):
        for samples in plain_sound(data, wav):
            yield wav.format.rate, samples
        return
    coded = CodedSound(data, media_type)
    for samples in coded.pieces():
        heard.facts = coded.facts
        yield coded.rate, samples
