"""What a run is made with: settings, corpus, pack in a temporary folder, and the processes that share the work."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from benchmarks.matching.cases import ALONE, Turn, known_letters
from benchmarks.matching.corpus import STOCK_SHARE, TEMPLATES, Corpus
from benchmarks.matching.transcripts import Transcripts
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import build_pack

# The key of packs that hold nothing but made letters.
KEY = PackKey(bytes(range(32)))
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a quality run is of.

    Attributes:
        seed: of the corpus and of all changes.
        letters: in the pack.
        templates: that they are on.
        negatives: documents that hold none of them.
        most: letters asked for in each row of the targets.
        most_distorted: the same for each strength of each distortion and each hard negative.
        stock_share: share of letters with stock text of clinicians in them.
        bodies: file of dictated texts to take for the bodies, if there is one.
    """

    seed: int = 1
    letters: int = 1_000
    templates: int = TEMPLATES
    negatives: int = 2_000
    most: int = 300
    most_distorted: int = 60
    stock_share: float = STOCK_SHARE
    bodies: Path | None = None

    def fitted(self) -> Settings:
        """The same with no more letters than there are known bodies."""
        if self.bodies is None:
            return self
        return replace(self, letters=min(self.letters, len(Transcripts.read(self.bodies).known)))

    def corpus(self) -> Corpus:
        """The letters."""
        if self.bodies is None:
            return Corpus(self.seed, self.templates, self.stock_share)
        texts = Transcripts.read(self.bodies)
        return Corpus(self.seed, self.templates, 0, texts.known, texts.unknown)


@contextmanager
def built_pack(settings: Settings) -> Iterator[Path]:
    """The pack of the settings' letters, while it is needed."""
    with tempfile.TemporaryDirectory(prefix="stray-bench-") as folder:
        pack = Path(folder) / "pack"
        build_pack(known_letters(settings.corpus(), settings.letters), pack, KEY)
        yield pack


def opened(pack: Path) -> Matcher:
    """A matcher on a benchmark's pack."""
    return Matcher(open_pack(pack, KEY))


Share = Callable[[Settings, Path, Turn], list[Answer]]


def shared_out(work: Share[Answer], settings: Settings, pack: Path, processes: int) -> list[Answer]:
    """What `work` gives for all cases, each process doing its share."""
    if processes == 1:
        return work(settings, pack, ALONE)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        parts = [pool.submit(work, settings, pack, (place, processes)) for place in range(processes)]
        return [answer for part in parts for answer in part.result()]
