"""`stray pack add-audio`: known dictations, to be recognised by what they sound like."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from cli.console import notice
from cli.options import pack_options
from cli.pack_reading import leave_mapping, reading_progress, register_at
from extraction.isolation import ExtractorPool
from inspection.letters import LetterFile, letter_files
from inspection.recordings import PartlyHeard, ReadRecording, UnchangedRecording, UnheardFile, read_recordings
from matchers.keys import load_key
from matchers.pack import open_pack
from matchers.sound_life import add_recordings
from matchers.sound_matcher import FRAME_SECONDS
from matchers.sound_store import Recording

_NO_RECORDING = "no recording"


@click.command("add-audio")
@click.argument("files", metavar="FILES_OR_FOLDERS...", nargs=-1, required=True, type=click.Path(path_type=Path))
@pack_options
@click.option(
    "--register",
    "register_path",
    type=click.Path(path_type=Path),
    help="CSV: letter_id and file; names recordings too.",
)
def add_audio(files: tuple[Path, ...], pack_path: Path, key_path: Path, register_path: Path | None) -> None:
    """Add known dictations to a pack, so that copies of them are recognised: re-encoded, cut, quieter, in noise.

    The pack keeps 260 bytes of each second, sealed, and nothing that could be listened to. Those that it has are not
    decoded again. Files that are no recordings are counted and passed over.

    Example: stray pack add-audio dictations/ --pack pack --key pack.key
    """
    add_from_files(files, pack_path, key_path, register_path)


def add_from_files(files: tuple[Path, ...], pack_path: Path, key_path: Path, register_path: Path | None) -> None:
    """Decode recordings and add them to the pack, telling on standard error what became of each that gave trouble.

    Raises:
        LettersError, PackError, CommandError: the pack stays as it was.
    """
    key = load_key(key_path)
    pack = open_pack(pack_path, key)
    register = register_at(register_path)
    found = [file for file in letter_files(files, pack.keyring.root, register) if file.is_found]
    stored = pack.recordings
    known = {(stored.recording_id(at), stored.mark_of(at)) for at in range(len(stored))} if stored else set()
    reading = _Reading()
    workers = os.cpu_count() or 1
    with ExtractorPool(workers=workers) as extractors, reading_progress() as progress:
        task = progress.add_task("recordings", total=len(found))
        read = progress.track(read_recordings(found, extractors, known, workers), task_id=task)
        done = add_recordings(pack_path, key, reading.given(read))
    leave_mapping(reading.of(found), key_path, register)
    reading.tell()
    notice(
        f"{pack_path}: {done.added} recordings added, {done.replaced} replaced, {reading.unchanged} were there, "
        f"{len(reading.unheard)} unreadable; {done.recordings} recordings, "
        f"{done.frames * FRAME_SECONDS / 3600:,.1f} hours"
    )


class _Reading:
    """Recordings on their way into the pack, and what became of the other files."""

    def __init__(self) -> None:
        self.unchanged = 0
        self.unheard: list[UnheardFile] = []
        self._partly: list[PartlyHeard] = []
        self._others = 0
        self._ids: set[str] = set()

    def given(self, results: Iterable[ReadRecording]) -> Iterator[Recording]:
        for result in results:
            match result:
                case UnheardFile(detail=detail) if detail == _NO_RECORDING:
                    self._others += 1
                case UnheardFile():
                    self.unheard.append(result)
                case UnchangedRecording():
                    self.unchanged += 1
                    self._ids.add(result.file.letter_id)
                case PartlyHeard():
                    self._partly.append(result)
                    self._ids.add(result.recording.recording_id)
                    yield result.recording
                case Recording():
                    self._ids.add(result.recording_id)
                    yield result

    def of(self, files: Iterable[LetterFile]) -> list[LetterFile]:
        """The files that are in the pack."""
        return [file for file in files if file.letter_id in self._ids]

    def tell(self) -> None:
        """Each that is not in the pack, or not whole."""
        for one in self.unheard:
            notice(f"not in the pack: {one.file.path}: {one.reason.value} ({one.detail})")
        for part in self._partly:
            notice(f"heard in part: {part.file.path}: {part.reason.value} ({part.detail})")
        if self._others:
            notice(f"{self._others:,} files are no recordings; `stray pack add` takes letters")
        missing = Counter(one.detail for one in self.unheard if one.reason.value == "extra_missing")
        for extra in missing:
            notice(f"decoding needs an extra: pip install 'stray[{extra}]'; plain WAV files need none")
