"""Sound that is made like speech and says nothing: syllables of a voice with moving formants, hisses and pauses."""

from __future__ import annotations

import io
import wave

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 8000
# Seconds of a syllable and of a pause, from and to; one syllable in six is followed by a pause.
_SYLLABLE, _PAUSE, _PAUSE_SHARE = (0.12, 0.32), (0.15, 0.7), 1 / 6
_HISS_SHARE = 0.2
# Where the three formants of a vowel lie, from and to, Hz, and how wide they are.
_FORMANTS, _WIDTHS = ((280, 800), (850, 2200), (2300, 3000)), (90, 120, 160)
_PITCH = (85, 230)
_HIGHEST_HZ = 3400


def made_speech(seed: int, seconds: float, rate: int = RATE) -> Samples:
    """Always the same for a seed, and different for another: a dictation that nobody can understand.

    Args:
        seed: of the voice and of what it says.
        seconds: how long.
        rate: samples a second.
    """
    random = np.random.default_rng(seed)
    pitch = random.uniform(*_PITCH)
    parts: list[Samples] = []
    made = 0
    while made < seconds * rate:
        count = int(random.uniform(*_SYLLABLE) * rate)
        sound = _hiss(random, count) if random.random() < _HISS_SHARE else _vowel(random, count, pitch, rate)
        pause = int(random.uniform(*_PAUSE) * rate) if random.random() < _PAUSE_SHARE else 0
        parts += [sound, np.zeros(pause, dtype=np.float32)]
        made += count + pause
    sound = np.concatenate(parts)[: int(seconds * rate)]
    loud: Samples = (sound / np.abs(sound).max() * 0.7).astype(np.float32)
    return loud


def as_wav(samples: Samples, rate: int = RATE) -> bytes:
    """A WAV file of one channel, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _vowel(random: np.random.Generator, count: int, pitch: float, rate: int) -> Samples:
    """Harmonics of a gliding pitch, each as loud as the formants make it."""
    along = np.linspace(0.0, 1.0, count)
    tone = pitch * (random.uniform(0.85, 1.2) * (1 - along) + random.uniform(0.85, 1.2) * along)
    phase = np.cumsum(tone) / rate * 2 * np.pi
    centres = [random.uniform(*span) * (1 - along) + random.uniform(*span) * along for span in _FORMANTS]
    sound = np.zeros(count)
    for harmonic in range(1, int(_HIGHEST_HZ / pitch)):
        height = tone * harmonic
        loudness = sum(1 / (1 + ((height - at) / width) ** 2) for at, width in zip(centres, _WIDTHS, strict=True))
        sound += loudness * np.sin(phase * harmonic)
    return (sound * np.hanning(count) * random.uniform(0.5, 1.0)).astype(np.float32)


def _hiss(random: np.random.Generator, count: int) -> Samples:
    noise = random.normal(0, random.uniform(0.1, 0.4), count)
    return (np.diff(noise, prepend=0.0) * np.hanning(count)).astype(np.float32)
