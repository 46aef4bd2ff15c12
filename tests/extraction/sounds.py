"""Recordings for tests: made speech in the formats that programs of this machine write."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from demo_range.speech import as_wav, made_speech

# Seconds after which a program that converts sound is given up.
_PATIENCE = 60


def speech_wav(seed: int, seconds: float, rate: int = 8000) -> bytes:
    return as_wav(made_speech(seed, seconds, rate), rate)


def by_ffmpeg(folder: Path, wav: bytes, name: str, *options: str) -> bytes:
    """What FFmpeg makes of it; the test is skipped where there is none, or none with this encoder."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    given, made = folder / "given.wav", folder / name
    given.write_bytes(wav)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", str(given), *options, str(made)]
    done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    if b"Unknown encoder" in done.stderr:
        pytest.skip("this ffmpeg has no such encoder")
    assert done.returncode == 0, done.stderr
    return made.read_bytes()


def dss(payload: bytes) -> bytes:
    """A DSS file of standard play by hand: a header of two blocks, then blocks of 506 bytes of sound."""
    head = b"\x02dss" + bytes(1020)
    blocks = [payload[at : at + 506].ljust(506, b"\0") for at in range(0, len(payload), 506)]
    return head + b"".join(b"\x0d\x00\x0c\xff\x00\xff" + block for block in blocks)
