from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from demo_range.speech import RATE, made_speech
from extraction.recordings.sound_print import LEAST_RATE, FingerprintMaker

Samples = NDArray[np.float32]


def printed(samples: Samples, rate: int = RATE, step: int = 5000) -> NDArray[np.uint32]:
    maker = FingerprintMaker(rate)
    for at in range(0, len(samples), step):
        maker.add(samples[at : at + step])
    return maker.finish()


def error(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    count = min(len(one), len(other))
    speak = (one[:count] != 0) & (other[:count] != 0)
    assert speak.sum() > 100
    return float(np.bitwise_count(one[:count][speak] ^ other[:count][speak]).mean() / 32)


def test_it_is_the_same_in_whatever_pieces_the_sound_comes() -> None:
    speech = made_speech(1, 20)
    assert (printed(speech, step=333) == printed(speech, step=len(speech))).all()


def test_it_has_a_frame_for_each_46_milliseconds() -> None:
    assert len(printed(made_speech(1, 60))) == pytest.approx(60 * 5512 / 256, abs=10)


def test_loudness_does_not_matter() -> None:
    speech = made_speech(2, 20)
    assert error(printed(speech), printed(speech * 0.1)) < 0.001


def test_noise_changes_few_bits_and_another_voice_half_of_them() -> None:
    speech = made_speech(3, 30)
    noise = np.random.default_rng(0).normal(0, 0.005, len(speech)).astype(np.float32)
    assert error(printed(speech), printed(speech + noise)) < 0.15
    assert error(printed(speech), printed(made_speech(4, 30))) > 0.4


@pytest.mark.parametrize("rate", [6000, 11_025, 16_000, 44_100, 48_000])
def test_the_rate_of_samples_does_not_matter(rate: int) -> None:
    speech = made_speech(5, 30, 48_000)
    place = np.arange(0, len(speech) - 1, 48_000 / rate)
    again = np.interp(place, np.arange(len(speech)), speech).astype(np.float32)
    assert error(printed(speech, 48_000), printed(again, rate)) < 0.08


def test_silence_says_nothing() -> None:
    assert not printed(np.zeros(RATE * 5, dtype=np.float32)).any()


def test_a_steady_tone_and_two_say_nothing() -> None:
    """Keys of a telephone, and the tone of a line."""
    at = np.arange(RATE * 10) / RATE
    for tones in ((440.0,), (697.0, 1209.0)):
        sound = sum(np.sin(2 * np.pi * tone * at) for tone in tones).astype(np.float32)  # type: ignore[union-attr]
        assert (printed(sound) != 0).mean() < 0.05


def test_pauses_within_speech_say_nothing() -> None:
    speech = made_speech(6, 30)
    speech[RATE * 10 : RATE * 20] = 0
    frames = printed(speech)
    assert (frames == 0).sum() >= 9.5 / 0.04645


def test_too_little_sound_gives_no_frame() -> None:
    assert len(printed(made_speech(7, 0.2))) == 0


def test_sound_without_bounds_is_no_trouble() -> None:
    wild = np.full(LEAST_RATE * 3, 3e38, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        assert printed(wild, LEAST_RATE).dtype == np.uint32
