"""What can go wrong with a sweep as a whole."""

from __future__ import annotations


class EngineError(Exception):
    """The engine itself can not be used; no unit is to blame, and the sweep can be gone on with."""
