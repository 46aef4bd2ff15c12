"""A pack and a folder of letters: what is new, what has changed, what has vanished, and when that is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inspection.errors import LettersError
from inspection.letters import LetterFile
from matchers.letter_marks import LetterMarks
from matchers.pack import Pack
from scope.canary_ids import CANARY_PREFIX

# Share of the letters of a pack that may vanish between two runs, percent. A share that is not mounted, or half of it,
# looks like letters that were removed; a hospital that removes a fifth of its letters in a night knows of it.
ERASED_AT_MOST = 20.0
_PERCENT = 100


@dataclass(frozen=True, slots=True, repr=False)
class SyncPlan:
    """What a folder says of a pack before any file has been read.

    Attributes:
        files: that are there, to be read if they have changed.
        marks: of the letters in the pack.
        vanished: ids of letters whose files are there no more.
        unsure: folders that could not be entered; what lies there stays, so nothing counts as vanished.
    """

    files: tuple[LetterFile, ...]
    marks: LetterMarks
    vanished: tuple[str, ...]
    unsure: tuple[LetterFile, ...]


def sync_plan(pack: Pack, files: Sequence[LetterFile], erased_at_most: float = ERASED_AT_MOST) -> SyncPlan:
    """Hold the letters of a pack against the files of its folders.

    Raises:
        LettersError: more letters than `erased_at_most` percent have vanished; the text says what to do.
    """
    found = tuple(file for file in files if file.is_found)
    unsure = tuple(file for file in found if file.fault and file.path.is_dir())
    marks = pack.marks()
    there = marks.numbers(file.letter_id for file in found)
    gone = [] if unsure else np.setdiff1d(np.arange(pack.letters), there).tolist()
    # Canary letters have no file in these folders: `stray canary make` put them in.
    gone = [number for number in gone if not pack.letter(number).letter_id.startswith(CANARY_PREFIX)]
    share = _PERCENT * len(gone) / pack.letters
    if share > erased_at_most:
        raise LettersError(
            f"{len(gone):,} of {pack.letters:,} letters of the pack have no file any more: {share:.0f} %, more than "
            f"{erased_at_most:g} %. Is a folder missing, or a share not mounted? Nothing was changed. If they are to "
            f"go, say so: --allow-erase {min(100, int(share) + 1)}"
        )
    vanished = tuple(pack.letter(number).letter_id for number in gone)
    return SyncPlan(found, marks, vanished, unsure)
