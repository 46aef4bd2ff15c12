"""What can be wrong with a pack or its key. Texts are complete sentences for the person who runs the command.

PackError                   the root; the command catches only this one
├── PackKeyError            the key file is missing, not a key, or readable by others; or it is another pack's key
├── PackMissingError        nothing at that path
├── NotAPackError           something else is at that path
├── PackVersionError        made by another version of the format or of the normaliser
├── PackDamagedError        a file of the pack is missing, of another size or of another content
├── PackBuildError          the letters can not make a pack
└── SketchError             a sketch of a document was made under another key or altered
"""

from __future__ import annotations


class PackError(Exception):
    """A pack or its key can not be used. The text names the path, what is wrong and what to do; never a letter."""


class PackKeyError(PackError):
    """The key file is missing, not a key, or readable by others; or it is another pack's key."""


class PackMissingError(PackError):
    """Nothing is at the path."""


class NotAPackError(PackError):
    """Something is at the path, and it is not a pack."""


class PackVersionError(PackError):
    """The pack was made by another version of the format or of the normaliser."""


class PackDamagedError(PackError):
    """A file of the pack is missing, of another size or of another content."""


class PackBuildError(PackError):
    """The letters can not make a pack."""


class SketchError(PackError):
    """A sketch of a document was made under another key, is another document's, or was altered."""
