"""Places inside a document: "!/" and a file's name for a file inside, "#" for a page, sheet or mail of one."""

from __future__ import annotations

import re

# Characters of a folder's or file's name that are kept, which is what file systems allow, and of the whole place, of
# which the end says more. What is longer hides something.
NAME_CHARACTERS = 255
PLACE_CHARACTERS = 1000
# What would read as another place ("#", "!", "~2"), as an escape ("%"), or would move a cursor.
_ESCAPED = re.compile(r"[%#!\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]|~(?=\d+$)")


def member_path(name: str) -> str:
    """The place of a file inside, by the name that its container gives. Names are only names: nothing is resolved."""
    folders = name[-2 * PLACE_CHARACTERS :] if "/" in name or "\\" in name else name
    names = folders.replace("\\", "/").strip("/").split("/")
    cut = "/".join(each[:NAME_CHARACTERS] for each in names)[-PLACE_CHARACTERS:]
    return "!/" + _ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), cut)


class MemberPaths:
    """Gives each file inside one container a place of its own, the same one in every reading."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._unnamed = 0

    def place(self, name: str) -> str:
        """Of the next file. A second one of a name gets "~2" behind it, one without a name its number."""
        if not name.strip("/\\ "):
            self._unnamed += 1
            name = f"part-{self._unnamed}"
        path = member_path(name)
        self._taken[path] = count = self._taken.get(path, 0) + 1
        return path if count == 1 else f"{path}~{count}"


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")
