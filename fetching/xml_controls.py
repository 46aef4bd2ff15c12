"""Characters that XML forbids and keys hold: carried through the parser, so that a listing goes on after them.

Services write such a key percent-encoded where they are asked to. One that is not made to do so sends it as it is, and
a parser of XML ends there: a million keys would end with the first that somebody gave a control character.
"""

from __future__ import annotations

import re

# Where the forbidden ones go: the last of the private characters, which nobody gives a meaning.
_FIRST = 0x10FF00
_FORBIDDEN = frozenset(range(0x20)) - {0x09, 0x0A, 0x0D}
_RAW = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,2})|0*([0-9]{1,2}));")
_BACK = {_FIRST + code: code for code in _FORBIDDEN}


def carried(body: bytes) -> tuple[bytes, bool]:
    """A page whose forbidden characters, written plainly or as references, are replaced; and were there any?"""
    if not _RAW.search(body) and not _REFERENCE.search(body):
        return body, False
    return _REFERENCE.sub(_of_reference, _RAW.sub(lambda found: _private(found[0][0]), body)), True


def brought_back(text: str) -> str:
    """Text with the characters that `carried` replaced."""
    return text.translate(_BACK)


def _of_reference(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    return _private(code) if code in _FORBIDDEN else found[0]


def _private(code: int) -> bytes:
    return chr(_FIRST + code).encode()
