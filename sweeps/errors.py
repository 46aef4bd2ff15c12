"""What can go wrong with a sweep as a whole."""

from __future__ import annotations


class EngineError(Exception):
    """The engine itself can not be used; no unit is to blame, and the sweep can be gone on with."""


class ApartError(Exception):
    """Work in a process of its own broke: a fault in Stray. The text says where, and nothing of what was worked on."""


class ApartEndedError(ApartError):
    """It was ended from outside, most likely for want of memory. What it had not finished can be done again."""
