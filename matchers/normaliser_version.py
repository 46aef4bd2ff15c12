"""Which normaliser this is; apart from it, so that whoever only asks which does not load its compiled loops."""

from __future__ import annotations

from typing import Final

# Raised with every change that gives a text other symbols or other tokens: packs made before can not be compared.
NORMALISER_VERSION: Final = 1
