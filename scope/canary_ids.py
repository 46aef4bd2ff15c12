"""By which ids canary letters are known in whatever pack they are."""

from __future__ import annotations

from typing import Final

# `findings/merging/planted.sql` has it too.
CANARY_PREFIX: Final = "STRAY-CANARY-"
