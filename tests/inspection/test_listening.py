from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from demo_range.letters import known_letters
from demo_range.speech import as_wav, made_speech
from documents.records import SkipReason
from extraction.isolation import ExtractorPool
from inspection.inspector import Inspector
from inspection.letters import letter_files
from inspection.listening import Listener
from inspection.recordings import UnchangedRecording, UnheardFile, read_recordings
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from matchers.sound_life import add_recordings
from matchers.sound_store import Recording
from matchers.verdicts import Verdict

KEY = PackKey(bytes(range(32)))
KNOWN = as_wav(made_speech(1, 40))


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    folder = tmp_path_factory.mktemp("pack")
    build_pack([Letter(known.letter_id, known.text) for known in known_letters(7)], folder / "pack", KEY)
    (folder / "audio").mkdir()
    (folder / "audio" / "1.wav").write_bytes(KNOWN)
    with ExtractorPool(workers=1) as extractors:
        files = letter_files([folder / "audio"], KEY, None)
        recordings = list(read_recordings(files, extractors, set()))
        add_recordings(folder / "pack", KEY, [each for each in recordings if isinstance(each, Recording)])
        pack = open_pack(folder / "pack", KEY)
        yield Inspector(extractors, Matcher(pack), listener=Listener(pack))


def test_a_known_recording_is_known_and_nothing_is_left_unread(inspector: Inspector) -> None:
    seen = inspector.inspect(KNOWN)
    assert seen.judgement.verdict is Verdict.KNOWN_LETTER
    assert seen.judgement.letters[0].heard
    assert seen.problems == ()
    assert any("s of recording" in reason for reason in seen.judgement.reasons)


def test_a_recording_that_matches_nothing_is_told_as_not_listened_to(inspector: Inspector) -> None:
    seen = inspector.inspect(as_wav(made_speech(2, 40)))
    assert seen.judgement.verdict is Verdict.UNDETERMINED
    assert [(each.reason, each.detail) for each in seen.problems] == [
        (SkipReason.UNSUPPORTED_TYPE, "a recording: its words were not read")
    ]


def test_a_recording_that_is_known_in_part_stays_told(inspector: Inspector) -> None:
    seen = inspector.inspect(as_wav(made_speech(1, 40)[: 8000 * 20]))
    assert seen.judgement.verdict is Verdict.KNOWN_LETTER
    longer = inspector.inspect(as_wav(np.concatenate([made_speech(1, 40), made_speech(3, 60)])))
    assert longer.judgement.verdict is Verdict.KNOWN_LETTER
    assert [each.reason for each in longer.problems] == [SkipReason.UNSUPPORTED_TYPE]


def test_recordings_in_a_container_are_told_by_their_paths(inspector: Inspector) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        container.writestr("day1/a.wav", KNOWN)
        container.writestr("day1/b.wav", as_wav(made_speech(5, 30)))
    seen = inspector.inspect(file.getvalue())
    (match,) = seen.judgement.letters
    assert match.spans[0].piece == "!/day1/a.wav"
    assert [each.path for each in seen.problems] == ["!/day1/b.wav"]


def test_files_on_their_way_into_a_pack(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(KNOWN)
    (tmp_path / "b.txt").write_text("Dear Dr Example")
    (tmp_path / "c.wav").write_bytes(as_wav(made_speech(1, 2)))
    with ExtractorPool(workers=1) as extractors:
        files = letter_files([tmp_path], KEY, None)
        first, text, short = read_recordings(files, extractors, set())
        assert isinstance(first, Recording)
        assert isinstance(text, UnheardFile)
        assert text.detail == "no recording"
        assert isinstance(short, UnheardFile)
        assert short.detail == "too little speech to be recognised"
        again = next(read_recordings(files, extractors, {(first.recording_id, first.mark)}))
        assert isinstance(again, UnchangedRecording)
