"""Does a mail's HTML say the same as its plain text? Then it is read once."""

from __future__ import annotations

import re
import unicodedata

from extraction.texts.visible_text import visible_text

# Characters of markup up to which it is compared; larger ones hold more than the text of the mail.
MAX_MARKUP_CHARACTERS = 1 << 20
_NO_LETTER = re.compile(r"[\W_]+")


def says_the_same(markup: str, plain: str) -> bool:
    """Is every letter and digit that the markup shows in the plain text, in the same order and without a gap?"""
    if len(markup) > MAX_MARKUP_CHARACTERS or not plain.strip() or "data:" in markup:
        return False
    return says_the_same_text(visible_text(markup).text, plain)


def says_the_same_text(text: str, plain: str) -> bool:
    """The same for text of another form."""
    return _letters(text) in _letters(plain)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
