"""Fingerprints of made speech, as the extractor's worker makes them."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demo_range.speech import RATE, made_speech
from extraction.recordings.sound_print import FingerprintMaker
from matchers.sound_matcher import Heard
from matchers.sound_store import Recording

Samples = NDArray[np.float32]


def printed(samples: Samples) -> NDArray[np.uint32]:
    maker = FingerprintMaker(RATE)
    maker.add(samples.astype(np.float32))
    return maker.finish()


@cache
def speech(seed: int, seconds: float = 60) -> Samples:
    return made_speech(seed, seconds)


def heard(samples: Samples, path: str = "") -> Heard:
    return Heard(path, printed(samples).astype("<u4").tobytes())


def recording(name: str, samples: Samples) -> Recording:
    return Recording(name, hashlib.blake2b(samples.tobytes(), digest_size=16).digest(), printed(samples))
