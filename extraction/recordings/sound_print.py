"""The acoustic fingerprint of a recording, after Haitsma and Kalker: 32 bits of each 46 ms of sound.

A bit says whether the step between two neighbouring bands of frequency grew since the frame before. That outlives other
codecs, telephone lines, noise and loudness, and does not outlive another voice: it knows the recording, not the words.
Written for any rate of samples: windows have a length in seconds, bands lie at frequencies.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Seconds of a frame, and from one to the next: 2,048 and 256 samples at 5,512 a second, as the method was published.
FRAME_SECONDS: Final = 2048 / 5512
HOP_SECONDS: Final = 256 / 5512
# Neighbouring bands give a bit for each pair; a telephone passes 300 to 3,400 Hz.
_BANDS: Final = 33
_LOWEST_HZ, _HIGHEST_HZ = 300.0, 2000.0
# Higher rates are divided down towards this one, samples a second: twice what the bands need.
_WORKING_RATE: Final = 8000
# Below this rate the highest band has no samples, above it no recorder works; samples a second.
LEAST_RATE: Final = 4000
MOST_RATE: Final = 400_000
# Frames quieter than this share of a loud one hold no speech: pauses, hiss and hum (-36 dB).
_QUIET: Final = 10**-3.6
# Which frame counts as loud, percent.
_LOUD_PERCENT: Final = 95.0
# Least change from frame to frame, as a share of all energy. A steady tone has 0.001 and less, a vowel 0.1.
_STEADY: Final = 0.02
# Frames transformed together: 3 MB each time.
_TOGETHER: Final = 64
# Length of the filter, in samples of the lower rate.
_FILTER_ROWS: Final = 9
# Seconds that are gathered before anything is done with them: codecs give 20 ms at a time.
_GATHERED_SECONDS: Final = 2

Samples = NDArray[np.float32]


class FingerprintMaker:
    """Takes sound as it comes and keeps 132 bytes of each frame.

    Args:
        rate: samples a second, LEAST_RATE at least.
    """

    def __init__(self, rate: int) -> None:
        self._gathered: list[Samples] = []
        self._missing = self._together = rate * _GATHERED_SECONDS
        self._divider = Divider(max(1, rate // _WORKING_RATE))
        working = rate / max(1, rate // _WORKING_RATE)
        self._hop = HOP_SECONDS * working
        self._length = round(FRAME_SECONDS * working)
        self._window = np.hanning(self._length + 1)[:-1].astype(np.float32)
        self._size = _fast_size(self._length)
        self._weights = _band_weights(self._size, working)
        self._waiting: Samples = np.zeros(0, dtype=np.float32)
        self._first = 0
        self._energies: list[NDArray[np.float32]] = []
        self._frames = 0

    def add(self, samples: Samples) -> None:
        """The next samples, of one channel."""
        self._gathered.append(samples)
        self._missing -= len(samples)
        if self._missing <= 0:
            self._transform()

    def _transform(self) -> None:
        samples = np.concatenate([np.zeros(0, dtype=np.float32), *self._gathered])
        self._gathered, self._missing = [], self._together
        self._waiting = np.concatenate([self._waiting, self._divider.divided(samples)])
        while self._take(_TOGETHER):
            pass

    def finish(self) -> NDArray[np.uint32]:
        """One number a frame; 0 where a frame says nothing: silence, a steady tone, the first one."""
        self._transform()
        while self._take(1):
            pass
        if not self._energies:
            return np.zeros(0, dtype=np.uint32)
        return _frames_of(np.concatenate(self._energies))

    def _take(self, count: int) -> bool:
        starts = np.rint(np.arange(self._frames, self._frames + count) * self._hop).astype(np.int64) - self._first
        if starts[-1] + self._length > len(self._waiting):
            return False
        windows = np.lib.stride_tricks.sliding_window_view(self._waiting, self._length)[starts]
        spectrum = np.fft.rfft(windows * self._window, self._size)
        power = spectrum.real**2 + spectrum.imag**2
        self._energies.append((power @ self._weights).astype(np.float32))
        self._frames += count
        following = round(self._frames * self._hop) - self._first
        self._waiting = self._waiting[following:]
        self._first += following
        return True


class Divider:
    """Takes every n-th sample, after a filter against what would fold into the bands."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        taps = _FILTER_ROWS * factor
        place = (np.arange(taps) - (taps - 1) / 2) / factor
        self._filter = (np.sinc(place) * np.hanning(taps) / factor).astype(np.float32).reshape(_FILTER_ROWS, factor).T
        self._waiting: Samples = np.zeros(0, dtype=np.float32)

    def divided(self, samples: Samples) -> Samples:
        """All that can be said so far; a few samples wait for the next call."""
        if self._factor == 1:
            return samples
        joined = np.concatenate([self._waiting, samples])
        rows = len(joined) // self._factor
        count = max(0, rows - _FILTER_ROWS + 1)
        self._waiting = joined[count * self._factor :]
        # Each row of samples with each row of the filter, then along the diagonals: one product of matrices.
        products = joined[: rows * self._factor].reshape(rows, self._factor) @ self._filter
        total = np.zeros(count, dtype=np.float32)
        for row in range(_FILTER_ROWS if count else 0):
            total += products[row : row + count, row]
        return total


def _fast_size(least: int) -> int:
    """The next length that has no prime factor above 5: transforms of such lengths are fast."""
    size = least
    while True:
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1


def _band_weights(size: int, rate: float) -> NDArray[np.float64]:
    """Which share of each line of the spectrum belongs to which band."""
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1) * size / rate
    lines = np.arange(size // 2 + 1)[:, None]
    overlap = np.minimum(lines + 0.5, edges[1:]) - np.maximum(lines - 0.5, edges[:-1])
    weights: NDArray[np.float64] = np.maximum(overlap, 0.0)
    return weights


def _frames_of(energies: NDArray[np.float32]) -> NDArray[np.uint32]:
    steps = np.diff(energies, axis=1)
    change = steps[:-1] - steps[1:]
    bits = np.packbits(change > 0, axis=1, bitorder="little").view("<u4")[:, 0]
    total = energies.sum(axis=1)
    loud = np.percentile(total, _LOUD_PERCENT)
    speaks = (total[1:] > loud * _QUIET) & (np.abs(np.diff(energies, axis=0)).sum(axis=1) > _STEADY * total[1:])
    frames = np.zeros(len(energies), dtype=np.uint32)
    frames[1:] = np.where(speaks, np.maximum(bits, 1), 0)
    return frames
