"""What can be wrong with the organisation's own letters."""

from __future__ import annotations


class LettersError(Exception):
    """The letters or their register can not be used; the text names the file and line, shown as it is."""
