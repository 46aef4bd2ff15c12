"""Recordings: which changes are recognised, at which bit error, what is falsely recognised, and how fast.

Speech of a machine (espeak-ng), each dictation of other words; changed by ffmpeg. Both are programs of the system.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demo_range.letters import House, letter
from extraction.budget import Budget, ExtractionLimits
from extraction.recordings.sound import read_sound
from matchers.keys import PackKey
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.sound_life import add_recordings
from matchers.sound_matcher import FRAME_SECONDS, Heard, RecordingMatcher
from matchers.sound_store import Recording
from matchers.verdicts import Judgement

# Voices of the machine, and words a minute, from and to.
VOICES = "en-gb en-us en-gb-scotland en-gb-x-rp en-029 en-gb+f2 en-gb+m3 en-us+f3 en-gb-x-rp+m1 en-gb+f4".split()
_WORDS_A_MINUTE = (140, 180)
# What is done to a dictation, by ffmpeg's options.
CHANGES = {
    "mp3, 32 kbit/s": ("a.mp3", "-b:a 32k"),
    "mp3, 8 kHz, 16 kbit/s": ("a.mp3", "-ar 8000 -b:a 16k"),
    "opus, 12 kbit/s": ("a.ogg", "-c:a libopus -b:a 12k"),
    "aac, 24 kbit/s": ("a.m4a", "-c:a aac -b:a 24k"),
    "wma, 32 kbit/s": ("a.wma", "-c:a wmav2 -b:a 32k"),
    "gsm": ("a.wav", "-ar 8000 -c:a libgsm_ms"),
    "mu-law, 8 kHz": ("a.wav", "-ar 8000 -c:a pcm_mulaw"),
    "12 dB quieter": ("a.wav", "-af volume=-12dB"),
    "first 5 s cut off": ("a.wav", "-ss 5.013"),
    "clip of 20 s, mp3": ("a.mp3", "-ss 31.37 -t 20 -b:a 32k"),
    "clip of 8 s, mp3": ("a.mp3", "-ss 31.37 -t 8 -b:a 32k"),
    "tempo +2 %": ("a.wav", "-af atempo=1.02"),
    "tempo +4 %": ("a.wav", "-af atempo=1.04"),
    "speed +1 %": ("a.wav", "-af asetrate=22270,aresample=22050"),
    "speed +2 %": ("a.wav", "-af asetrate=22491,aresample=22050"),
    "white noise at -30 dB": ("a.wav", "-filter_complex anoisesrc=a=0.03:r=22050[n];[0][n]amix=duration=first"),
}
KEY = PackKey(bytes(range(32)))


def main() -> None:
    """Print, or write as JSON, what was measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--known", type=int, default=40, help="recordings in the pack")
    options.add_argument("--others", type=int, default=40, help="recordings that are not")
    options.add_argument("--tried", type=int, default=4, help="known ones that are changed")
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    missing = [program for program in ("espeak-ng", "ffmpeg") if shutil.which(program) is None]
    if missing:
        print(f"not installed: {', '.join(missing)}; nothing was measured")
        return
    measured: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, value in _measured(Path(folder), given.known, given.others, given.tried):
            print(f"{name:<28} {value}", flush=True)
            measured[name] = value
    if given.json:
        given.json.write_text(json.dumps(measured, indent=1) + "\n")


def _measured(folder: Path, known: int, others: int, tried: int) -> Iterator[tuple[str, object]]:
    begun = time.process_time()
    prints = [_printed(_spoken(folder, number)) for number in range(known)]
    seconds = sum(map(len, prints)) * FRAME_SECONDS
    yield "fingerprints", f"{seconds / (time.process_time() - begun):.0f} s of speech a second of CPU"
    matcher = _matcher(folder, prints)
    for name, (ending, change) in CHANGES.items():
        answers = [
            (number, matcher.match([_heard(_printed(_changed(folder, number, ending, change)))]))
            for number in range(tried)
        ]
        yield name, _told(answers)
    print_of_other_voice = _printed(_spoken(folder, 0, voice=VOICES[1]))
    yield "same text, other voice", _told([(0, matcher.match([_heard(print_of_other_voice)]))])
    begun, false = time.process_time(), 0
    for number in range(known, known + others):
        false += bool(matcher.match([_heard(_printed(_spoken(folder, number)))]).letters)
    bound = max(3, 3 * false + 3) / max(1, others)
    yield "others falsely known", f"{false} of {others} against {known}; at most {bound:.1%} (95 %)"
    yield "time for each of them", f"{(time.process_time() - begun) / max(1, others):.2f} s of CPU, decoding included"


def _told(answers: list[tuple[int, Judgement]]) -> str:
    shares = [
        next((match.containment for match in answer.letters if match.letter_id == f"D{number}"), 0.0)
        for number, answer in answers
    ]
    wrong = sum(match.letter_id != f"D{number}" for number, answer in answers for match in answer.letters)
    reasons = [reason.rpartition(" ")[2] for _, answer in answers for reason in answer.reasons[:1]]
    errors = f", bit error {', '.join(reasons)}" if reasons else ""
    return f"{sum(share > 0 for share in shares)} of {len(answers)} known, {np.mean(shares):.0%}{errors}, {wrong} wrong"


def _matcher(folder: Path, prints: list[NDArray[np.uint32]]) -> RecordingMatcher:
    build_pack([Letter("L1", letter(House.PLAIN, 0, 5).text)], folder / "pack", KEY)
    recordings = (Recording(f"D{number}", number.to_bytes(16, "big"), each) for number, each in enumerate(prints))
    add_recordings(folder / "pack", KEY, recordings)
    return RecordingMatcher(open_pack(folder / "pack", KEY))


def _heard(frames: NDArray[np.uint32]) -> Heard:
    return Heard("", frames.tobytes())


def _spoken(folder: Path, number: int, voice: str | None = None) -> bytes:
    """Words of letters in an order of their own: a machine says the same sentence twice as the very same sound."""
    made = random.Random(number)  # noqa: S311 - the same each time
    houses = list(House)
    words = " ".join(letter(houses[(number + at) % len(houses)], number * 3 + at, 5).text for at in range(3)).split()
    made.shuffle(words)
    text = " ".join(words)
    path = folder / f"{number}.wav"
    command = ["espeak-ng", "-v", voice or VOICES[number % len(VOICES)], "-s", str(made.randint(*_WORDS_A_MINUTE))]
    subprocess.run([*command, "-w", str(path)], input=text[:2500].encode(), check=True, stderr=subprocess.DEVNULL)
    return path.read_bytes()


def _changed(folder: Path, number: int, ending: str, change: str) -> bytes:
    given, made = folder / f"{number}.wav", folder / f"changed-{ending}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", str(given), *change.split(), str(made)]
    subprocess.run(command, check=True)
    return made.read_bytes()


def _printed(data: bytes) -> NDArray[np.uint32]:
    content = read_sound(data, Budget(ExtractionLimits(decoding_seconds=300)))
    return np.frombuffer(content.sounds[0].fingerprint, dtype="<u4")


if __name__ == "__main__":
    main()
