from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from demo_range.speech import RATE
from matchers.keys import PackKey
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.sound_life import add_recordings
from matchers.sound_matcher import RecordingMatcher
from matchers.verdicts import Judgement, LetterMatch, Verdict
from tests.matchers.sounds import Samples, heard, recording, speech

KEY = PackKey(bytes(range(32)))
LETTER = Letter("L1", "Dear Dr Example, thank you for referring this patient to the clinic on Tuesday. " * 4)
# Music that is put before and behind many recordings: chords that change.
TONES = np.array([330, 415, 494, 660, 990])[:, None] * 2 ** (np.repeat(np.arange(60) * 5 % 12, RATE // 2) / 12)
MUSIC = (np.sin(np.cumsum(TONES, axis=1) / RATE * 2 * np.pi).sum(axis=0) / 8).astype(np.float32)


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> RecordingMatcher:
    folder = tmp_path_factory.mktemp("pack") / "pack"
    build_pack([LETTER], folder, KEY)
    known = [recording(f"D{seed}", speech(seed)) for seed in range(1, 9)]
    known += [recording(f"M{seed}", np.concatenate([MUSIC, speech(seed)])) for seed in range(20, 25)]
    known += [recording("copy of D8", speech(8) * 0.5)]
    add_recordings(folder, KEY, known)
    return RecordingMatcher(open_pack(folder, KEY))


def one(judgement: Judgement) -> LetterMatch:
    (match,) = judgement.letters
    assert match.heard
    return match


def noisy(samples: Samples, level: float = 0.01) -> Samples:
    noise = np.random.default_rng(5).normal(0, level, len(samples))
    return (samples + noise).astype(np.float32)


def slower(samples: Samples, pace: float) -> Samples:
    """Played by a clock that runs at another pace: time and pitch move."""
    place = np.arange(0, len(samples) - 1, pace)
    again: Samples = np.interp(place, np.arange(len(samples)), samples).astype(np.float32)
    return again


def test_a_whole_recording_is_known_with_its_share_and_reason(matcher: RecordingMatcher) -> None:
    judgement = matcher.match([heard(speech(1), "!/a.wav")])
    match = one(judgement)
    assert (judgement.verdict, match.letter_id, match.verdict) == (Verdict.KNOWN_LETTER, "D1", Verdict.KNOWN_LETTER)
    assert match.containment == pytest.approx(1, abs=0.02)
    assert match.coverage == pytest.approx(1, abs=0.02)
    assert match.evidence == pytest.approx(60, abs=1)
    (span,) = match.spans
    assert span.piece == "!/a.wav"
    assert span.doc[0] == span.letter[0] == 0
    assert judgement.reasons[0].startswith("60 s of recording D1, 100% of it, bit error 0.0")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(speech(2) * 0.1, id="quieter"),
        pytest.param(noisy(speech(2)), id="noise"),
        pytest.param(speech(2)[RATE * 5 :], id="trimmed"),
        pytest.param(np.round(speech(2) * 100).astype(np.float32), id="coarse"),
        pytest.param(slower(speech(2), 1.005), id="a clock half a percent fast"),
        pytest.param(np.concatenate([np.zeros(RATE * 30, dtype=np.float32), speech(2)]), id="silence before it"),
    ],
)
def test_a_changed_recording_is_known(matcher: RecordingMatcher, changed: Samples) -> None:
    match = one(matcher.match([heard(changed)]))
    assert (match.letter_id, match.verdict) == ("D2", Verdict.KNOWN_LETTER)
    assert match.containment > 0.85


def test_a_clip_of_twenty_seconds_is_known_and_says_which_seconds(matcher: RecordingMatcher) -> None:
    match = one(matcher.match([heard(speech(3)[RATE * 25 : RATE * 45])]))
    assert match.letter_id == "D3"
    assert match.containment == pytest.approx(1 / 3, abs=0.06)
    assert match.coverage > 0.9
    assert list(match.spans[0].letter) == pytest.approx([25, 45], abs=3)


def test_a_clip_inside_a_longer_recording_is_found_there(matcher: RecordingMatcher) -> None:
    found = np.concatenate([speech(90, 40), speech(4)[RATE * 10 : RATE * 35], speech(91, 40)])
    match = one(matcher.match([heard(found)]))
    assert match.letter_id == "D4"
    assert list(match.spans[0].doc) == pytest.approx([40, 65], abs=3)
    assert match.coverage < 0.4


def test_two_dictations_in_one_file_are_both_told(matcher: RecordingMatcher) -> None:
    judgement = matcher.match([heard(np.concatenate([speech(5), speech(6)]))])
    assert {match.letter_id for match in judgement.letters} == {"D5", "D6"}
    assert len(judgement.reasons) == 2


def test_several_recordings_of_one_document_are_told_by_their_paths(matcher: RecordingMatcher) -> None:
    judgement = matcher.match([heard(speech(5), "!/a.wav"), heard(speech(77), "!/b.wav"), heard(speech(6), "!/c.wav")])
    assert {(match.letter_id, match.spans[0].piece) for match in judgement.letters} == {
        ("D5", "!/a.wav"),
        ("D6", "!/c.wav"),
    }


def test_other_recordings_match_nothing(matcher: RecordingMatcher) -> None:
    for seed in range(100, 112):
        assert matcher.match([heard(speech(seed, 30))]) == Judgement(Verdict.CLEAR, (), ())


def test_music_that_many_recordings_begin_with_tells_none_of_them(matcher: RecordingMatcher) -> None:
    assert matcher.match([heard(MUSIC)]).verdict is Verdict.CLEAR
    assert matcher.match([heard(np.concatenate([MUSIC, speech(120, 30)]))]).verdict is Verdict.CLEAR


def test_a_recording_behind_music_is_told_by_what_is_its_own(matcher: RecordingMatcher) -> None:
    found = np.concatenate([MUSIC, speech(22)])
    assert {match.letter_id for match in matcher.match([heard(found)]).letters} == {"M22"}


def test_copies_are_told_both(matcher: RecordingMatcher) -> None:
    judgement = matcher.match([heard(noisy(speech(8)))])
    assert {(match.letter_id, match.verdict) for match in judgement.letters} == {
        ("D8", Verdict.KNOWN_LETTER), ("copy of D8", Verdict.KNOWN_LETTER),
    }  # fmt: skip


def test_what_two_recordings_share_is_a_shared_passage(tmp_path: Path) -> None:
    build_pack([LETTER], tmp_path / "pack", KEY)
    announcement = speech(200, 20)
    known = [np.concatenate([announcement, speech(seed)]) for seed in (201, 202)]
    add_recordings(tmp_path / "pack", KEY, [recording(f"A{at}", each) for at, each in enumerate(known)])
    matcher = RecordingMatcher(open_pack(tmp_path / "pack", KEY))
    judgement = matcher.match([heard(announcement)])
    assert [match.verdict for match in judgement.letters] == [Verdict.SHARED_PASSAGE] * 2
    assert "other known recordings have it too" in judgement.reasons[0]


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(np.zeros(RATE * 60, dtype=np.float32), id="silence"),
        pytest.param(np.sin(np.arange(RATE * 60) * 0.3).astype(np.float32), id="tone"),
        pytest.param(np.random.default_rng(1).normal(0, 0.1, RATE * 60).astype(np.float32), id="noise"),
        pytest.param(np.zeros(0, dtype=np.float32), id="nothing"),
        pytest.param(speech(1)[: RATE * 3], id="three seconds"),
    ],
)
def test_what_says_nothing_matches_nothing(matcher: RecordingMatcher, sound: Samples) -> None:
    assert matcher.match([heard(sound)]).verdict is Verdict.CLEAR


def test_a_pack_without_recordings_hears_nothing(tmp_path: Path) -> None:
    build_pack([LETTER], tmp_path / "pack", KEY)
    matcher = RecordingMatcher(open_pack(tmp_path / "pack", KEY))
    assert not matcher.has_recordings
    assert matcher.match([heard(speech(1))]).verdict is Verdict.CLEAR


def test_frames_of_a_liar_are_no_trouble(matcher: RecordingMatcher) -> None:
    """The worker that made them may have been taken over."""
    from matchers.sound_matcher import Heard

    frames: NDArray[np.uint32] = np.random.default_rng(3).integers(0, 2**32, 5000, dtype=np.uint32)
    for sound in (frames, np.full(5000, 2**32 - 1, dtype=np.uint32), np.full(5000, 1, dtype=np.uint32)):
        assert matcher.match([Heard("", sound.astype("<u4").tobytes())]).verdict is Verdict.CLEAR
