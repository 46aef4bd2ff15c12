"""Pictures and objects of RTF, as their digits and binary parts are met."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]+")


@dataclass(slots=True)
class Blob:
    """A picture or an object, as digits and binary parts. `ending` is empty for an object."""

    ending: str = ""
    parts: list[tuple[bytes, bool]] = field(default_factory=list, repr=False)
    closed: bool = False

    def runs(self) -> Iterator[tuple[bytes, bool]]:
        """Parts of one kind together: a byte's two digits may stand on two lines."""
        digits: list[bytes] = []
        for part, binary in self.parts:
            if not binary:
                digits.append(part)
                continue
            yield b"".join(digits), False
            yield part, True
            digits = []
        yield b"".join(digits), False

    def content(self) -> tuple[bytes, bool]:
        """The bytes that its parts say, and whether nothing else stood there."""
        content, whole = bytearray(), True
        for part, binary in self.runs():
            if binary:
                content += part
                continue
            digits = b"".join(part.split())
            if len(digits) % 2 or _NOT_HEX.search(digits):
                whole = False
                digits = _NOT_HEX.sub(b"", digits)
                digits = digits[: len(digits) & ~1]
            content += binascii.unhexlify(digits)
        return bytes(content), whole
