from __future__ import annotations

import io
import math
import struct
import wave
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demo_range.recordings import dss_recording
from demo_range.speech import as_wav, made_speech
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits
from extraction.isolation import ExtractorPool
from extraction.recordings.sound import UNHEARD, read_sound
from extraction.records import Content
from tests.extraction.sounds import by_ffmpeg, dss, speech_wav

needs_av = pytest.mark.skipif(find_spec("av") is None, reason="the extra audio is not installed: av")
needs_dss = pytest.mark.skipif(find_spec("pydsscodec") is None, reason="the extra audio is not installed: pydsscodec")
SECONDS = 20
SPEECH = speech_wav(11, SECONDS)


def read(data: bytes, **limits: float) -> Content:
    return read_sound(data, Budget(ExtractionLimits(**limits)))  # type: ignore[arg-type]


def frames(content: Content) -> NDArray[np.uint32]:
    return np.frombuffer(content.sounds[0].fingerprint, dtype="<u4")


def error(one: Content, other: Content) -> float:
    first, second = frames(one), frames(other)
    best = 1.0
    for shift in range(-3, 4):
        a, b = first[max(0, shift) :], second[max(0, -shift) :]
        count = min(len(a), len(b))
        speak = (a[:count] != 0) & (b[:count] != 0)
        best = min(best, float(np.bitwise_count(a[:count][speak] ^ b[:count][speak]).mean() / 32))
    return best


def wav_of(samples: NDArray[np.float32], code: int, bits: int, channels: int = 1, extensible: bool = False) -> bytes:
    """By hand: what the standard library does not write."""
    match (code, bits):
        case (3, 32):
            raw = samples.astype("<f4").tobytes()
        case (3, 64):
            raw = samples.astype("<f8").tobytes()
        case (1, 8):
            raw = (samples * 127 + 128).astype("u1").tobytes()
        case (1, 24):
            raw = (samples * 8_388_607).astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()
        case (1, 32):
            raw = (samples * 2_147_483_000).astype("<i4").tobytes()
        case (7, 8):
            raw = bytes(mu_law(float(each)) for each in samples)
        case _:
            raise AssertionError
    size = bits // 8 * channels
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else code, channels, 8000, 8000 * size, size, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, code) + bytes(14)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(raw)) + raw
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mu_law(value: float) -> int:
    """ITU-T G.711, the slow way round."""
    size = min(int(abs(value) * 32767), 32635) + 132
    exponent = int(math.log2(size)) - 7
    return ~((0x80 if value < 0 else 0) | exponent << 4 | size >> exponent + 3 & 0x0F) & 0xFF


def test_a_recording_gives_facts_and_a_fingerprint_and_says_that_nobody_listened() -> None:
    content = read(SPEECH)
    (sound,) = content.sounds
    assert (sound.format, sound.seconds, sound.encrypted) == ("wav", SECONDS, False)
    assert len(frames(content)) == pytest.approx(SECONDS * 21.53, abs=10)
    assert content.problems == (UNHEARD,)
    assert content.pieces == ()


@pytest.mark.parametrize(("code", "bits"), [(1, 8), (1, 24), (1, 32), (3, 32), (3, 64), (7, 8)])
@pytest.mark.parametrize("extensible", [False, True])
def test_every_plain_coding_of_wav_is_read(code: int, bits: int, extensible: bool) -> None:
    content = read(wav_of(made_speech(11, SECONDS), code, bits, extensible=extensible))
    assert content.problems == (UNHEARD,)
    assert error(content, read(SPEECH)) < 0.06


def test_all_channels_are_heard_as_one() -> None:
    speech = made_speech(11, SECONDS)
    both = np.stack([speech, np.zeros_like(speech)], axis=1).ravel()
    assert error(read(wav_of(both, 3, 32, channels=2)), read(SPEECH)) < 0.001


def test_a_recording_that_was_cut_is_heard_in_part_and_says_so() -> None:
    content = read(SPEECH[: len(SPEECH) // 2])
    assert [problem.reason for problem in content.problems] == [SkipReason.TRUNCATED, SkipReason.UNSUPPORTED_TYPE]
    assert len(frames(content)) == pytest.approx(SECONDS * 21.53 / 2, abs=10)
    assert content.sounds[0].seconds == SECONDS


def test_the_budget_of_sound_is_kept_and_what_was_heard_before_counts() -> None:
    content = read(SPEECH, sound_seconds=12.0)
    assert content.problems[0].reason is SkipReason.BUDGET_SPENT
    assert 0 < len(frames(content)) < SECONDS * 21.53


def test_the_time_for_decoding_is_kept() -> None:
    content = read(speech_wav(11, 60), decoding_seconds=0.0)
    assert content.problems[0].reason is SkipReason.BUDGET_SPENT


@pytest.mark.parametrize("rate", [0, 100, 4_000_000_000])
def test_a_rate_that_no_recorder_has_is_not_decoded(rate: int) -> None:
    data = bytearray(SPEECH)
    data[24:28] = rate.to_bytes(4, "little")
    content = read(bytes(data))
    assert [problem.reason for problem in content.problems] == [SkipReason.UNREADABLE, SkipReason.UNSUPPORTED_TYPE]


CODINGS = {
    "a.mp3": (("-b:a", "32k"), 0.1),
    "a.ogg": (("-c:a", "libopus", "-b:a", "12k"), 0.2),
    "b.ogg": (("-c:a", "libvorbis"), 0.1),
    "a.flac": ((), 0.01),
    "a.m4a": (("-c:a", "aac", "-b:a", "24k"), 0.2),
    "a.wma": (("-c:a", "wmav2", "-b:a", "32k"), 0.15),
    "a.aiff": ((), 0.01),
    "a.au": ((), 0.01),
    "a.mka": (("-c:a", "flac"), 0.01),
    "gsm.wav": (("-c:a", "libgsm_ms", "-ar", "8000"), 0.2),
    "adpcm.wav": (("-c:a", "adpcm_ms"), 0.1),
    "alaw.wav": (("-c:a", "pcm_alaw"), 0.05),
}


@needs_av
@pytest.mark.parametrize("name", sorted(CODINGS))
def test_a_recording_sounds_the_same_in_every_coding(name: str, tmp_path: Path) -> None:
    options, most = CODINGS[name]
    content = read(by_ffmpeg(tmp_path, SPEECH, name, *options))
    assert content.problems == (UNHEARD,)
    assert content.sounds[0].seconds == pytest.approx(SECONDS, abs=0.5)
    assert error(content, read(SPEECH)) < most


@needs_av
def test_tags_of_a_container_are_facts(tmp_path: Path) -> None:
    tags = ("-metadata", "artist=Dr A", "-metadata", "title=Clinic", "-metadata", "comment=urgent")
    (sound,) = read(by_ffmpeg(tmp_path, SPEECH, "a.m4a", *tags)).sounds
    assert (sound.author, sound.comment) == ("Dr A", "Clinic; urgent")
    assert "Dr A" not in repr(sound)


@needs_av
@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.m4a"])
def test_a_cut_file_of_any_coding_says_so(name: str, tmp_path: Path) -> None:
    data = by_ffmpeg(tmp_path, SPEECH, name, *CODINGS[name][0])
    reasons = {problem.reason for problem in read(data[: len(data) // 2]).problems}
    assert reasons & {SkipReason.TRUNCATED, SkipReason.UNREADABLE}


def test_without_the_extra_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extraction.recordings.sound_codecs.find_spec", lambda name: None)
    content = read(b"fLaC" + bytes(100))
    assert (content.problems[0].reason, content.problems[0].detail) == (SkipReason.EXTRA_MISSING, "audio")
    content = read(dss(bytes(5000)))
    assert content.problems[0].reason is SkipReason.EXTRA_MISSING
    assert content.sounds[0].format == "dss"


def test_an_encrypted_dictation_is_told_with_what_its_header_says() -> None:
    data = bytearray(b"\x03enc" + bytes(5000))
    data[0x0C:0x14] = b"TYPIST1\0"
    data[0x26:0x3E] = b"150412093005150412093210"
    content = read(bytes(data))
    assert [problem.reason for problem in content.problems] == [SkipReason.ENCRYPTED]
    (sound,) = content.sounds
    assert (sound.author, sound.started, sound.seconds, sound.encrypted) == (
        "TYPIST1",
        "2015-04-12T09:30:05",
        125,
        True,
    )
    assert sound.fingerprint == b""


@needs_dss
def test_a_dss_dictation_is_decoded() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 506 * 200, dtype=np.uint8).tobytes()
    content = read(dss(noise))
    assert content.sounds[0].format == "dss"
    assert (frames(content) != 0).sum() > 100
    assert content.problems == (UNHEARD,)


@needs_dss
def test_a_dictation_without_sound_has_a_header_and_no_frame_that_speaks() -> None:
    content = read(dss_recording("DR", datetime(2020, 1, 1, 9), 60, "urgent"))  # noqa: DTZ001
    assert content.sounds[0].comment == "urgent"
    assert not frames(content).any()


def test_a_worker_without_files_and_network_decodes(tmp_path: Path) -> None:
    files = [SPEECH]
    if find_spec("av") is not None:
        files.append(by_ffmpeg(tmp_path, SPEECH, "a.mp3"))
    if find_spec("pydsscodec") is not None:
        files.append(dss(np.random.default_rng(1).integers(0, 256, 506 * 100, dtype=np.uint8).tobytes()))
    with ExtractorPool(workers=1) as pool:
        for data in files:
            extraction = pool.extract(data)
            assert extraction.problems == (UNHEARD,)
            assert len(extraction.sounds[0].fingerprint) > 400


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 20, 40, 4000]), st.binary(min_size=1, max_size=40), st.integers(0, 400))
def test_damaged_wav_never_raises(at: int, patch: bytes, cut: int) -> None:
    data = bytearray(SPEECH[:8000])
    data[at : at + len(patch)] = patch
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        assert read(bytes(data[: len(data) - cut])).problems


def test_wav_of_the_standard_library_with_many_channels() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(6)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(2 * 6 * 16_000))
    assert read(file.getvalue()).sounds[0].seconds == 1


def test_made_speech_is_the_same_each_time() -> None:
    assert as_wav(made_speech(3, 2)) == as_wav(made_speech(3, 2))
