"""The hook for speech recognition, with a recogniser that counts what it hears."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from demo_range.speech import as_wav, made_speech
from documents.records import SkipReason
from extraction.budget import Budget, ExtractionLimits, SpeechSettings
from extraction.isolation import ExtractorPool, IsolationLimits
from extraction.recordings.sound import UNHEARD, read_sound
from extraction.recordings.speech import loaded
from extraction.records import Content

RECOGNISER = """
import socket
from pathlib import Path


def recognise(sound, model):
    word = (Path(model) / "word.txt").read_text()
    return f"{word} {len(sound) // 2}"


def fails(sound, model):
    raise ValueError("Mrs Secret said so")


def curious(sound, model):
    found = []
    for place in ("/etc/passwd", "/proc/1/environ"):
        try:
            open(place).read()
            found.append(place)
        except OSError:
            pass
    try:
        socket.socket()
        found.append("socket")
    except OSError:
        pass
    return f"found {found}"


def no_text(sound, model):
    return 7
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "tiny_recogniser.py").write_text(RECOGNISER)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "word.txt").write_text("samples")
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.delitem(sys.modules, "tiny_recogniser", raising=False)
    loaded.cache_clear()
    return tmp_path / "model"


def read(data: bytes, recogniser: str, model: Path, seconds: float = 60.0) -> Content:
    speech = SpeechSettings(recogniser, str(model), seconds)
    return read_sound(data, Budget(ExtractionLimits(speech=speech)))


def test_what_the_recogniser_says_is_the_text_part_by_part(model: Path) -> None:
    content = read(as_wav(made_speech(1, 70)), "tiny_recogniser:recognise", model)
    assert content.problems == ()
    (piece,) = content.pieces
    assert [line.split()[0] for line in piece.text.splitlines()] == ["samples"] * 3
    assert sum(int(line.split()[1]) for line in piece.text.splitlines()) == pytest.approx(70 * 16_000, rel=0.001)
    assert content.sounds[0].fingerprint


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_it_hears_16000_samples_a_second_whatever_was_recorded(rate: int, model: Path) -> None:
    content = read(as_wav(made_speech(1, 10, rate), rate), "tiny_recogniser:recognise", model)
    assert int(content.pieces[0].text.split()[1]) == pytest.approx(160_000, rel=0.002)


@pytest.mark.parametrize(
    ("recogniser", "reason", "detail"),
    [
        ("tiny_recogniser:fails", SkipReason.PARSER_CRASHED, "recogniser: ValueError"),
        ("tiny_recogniser:no_text", SkipReason.PARSER_CRASHED, "recogniser: no text"),
        ("tiny_recogniser:missing", SkipReason.EXTRA_MISSING, "recogniser of speech"),
        ("no_such_module:recognise", SkipReason.EXTRA_MISSING, "recogniser of speech"),
    ],
)
def test_a_recogniser_that_fails_costs_the_words_and_nothing_else(
    recogniser: str, reason: SkipReason, detail: str, model: Path
) -> None:
    content = read(as_wav(made_speech(1, 10)), recogniser, model)
    assert [(each.reason, each.detail) for each in content.problems] == [
        (reason, detail),
        (UNHEARD.reason, UNHEARD.detail),
    ]
    assert content.sounds[0].fingerprint
    assert "Secret" not in repr(content)


def test_time_for_speech_is_kept(model: Path) -> None:
    content = read(as_wav(made_speech(1, 40)), "tiny_recogniser:recognise", model, seconds=0.0)
    assert content.problems[0].detail == "time for speech"
    assert np.frombuffer(content.sounds[0].fingerprint, dtype="<u4").any()


def test_by_default_nobody_listens() -> None:
    content = read_sound(as_wav(made_speech(1, 10)), Budget(ExtractionLimits()))
    assert content.pieces == ()
    assert content.problems == (UNHEARD,)


@pytest.mark.parametrize(("function", "said"), [("recognise", "samples 160000"), ("curious", "found []")])
def test_in_a_worker_it_reads_its_model_and_nothing_else(function: str, said: str, model: Path) -> None:
    limits = IsolationLimits(budget=ExtractionLimits(speech=SpeechSettings(f"tiny_recogniser:{function}", str(model))))
    with ExtractorPool(workers=1, limits=limits) as pool:
        extraction = pool.extract(as_wav(made_speech(1, 10)))
        if not pool.files_cut:
            pytest.skip("this system does not keep workers from files")
    assert extraction.text == said
    assert extraction.problems == ()
