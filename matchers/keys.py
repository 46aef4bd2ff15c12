"""The key of a pack: 256 random bits in a file of mode 0600, outside the pack, and the subkeys drawn from it."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from matchers.errors import PackKeyError

KEY_BYTES = 32
SUBKEY_BYTES = 16
_SHORT_BYTES = 8
_KEY_TEXT = re.compile(rb"\s*([0-9a-fA-F]{64})\s*")
# Longer files are not keys; read no further.
_LONGEST_KEY_FILE = 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, repr=False)
class PackKey:
    """The master key. Only its subkeys are used; neither is ever shown."""

    master: bytes

    def subkey(self, purpose: str) -> bytes:
        """16 bytes for one purpose of at most 16 characters; the subkeys tell nothing of one another."""
        return hashlib.blake2b(b"", digest_size=SUBKEY_BYTES, key=self.master, person=purpose.encode()).digest()

    def digest(self, purpose: str, content: bytes) -> str:
        """A keyed digest of 64 bits, in hexadecimal."""
        return hashlib.blake2b(content, digest_size=_SHORT_BYTES, key=self.subkey(purpose)).hexdigest()


def create_key(path: Path) -> PackKey:
    """Write a new random key: 64 hexadecimal digits and a line end, mode 0600.

    Raises:
        PackKeyError: the file exists already, or can not be written.
    """
    master = secrets.token_bytes(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(master.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise PackKeyError(
            f"{path}: exists already; a key is never overwritten, take it or name another file"
        ) from None
    except OSError as error:
        raise PackKeyError(f"{path}: the key can not be written: {error.strerror}") from error
    return PackKey(master)


def load_key(path: Path) -> PackKey:
    """Read a key: 64 hexadecimal digits, or 32 raw bytes.

    Raises:
        PackKeyError: missing, not a key, or readable by group or others.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(_LONGEST_KEY_FILE)
    except FileNotFoundError:
        raise PackKeyError(f"{path}: no such key file; without the key its pack can not be read") from None
    except OSError as error:
        raise PackKeyError(f"{path}: the key can not be read: {error.strerror}") from error
    if mode & _OTHERS:
        raise PackKeyError(f"{path}: mode {mode:04o} lets others at the key; run: chmod 600 {path}")
    if match := _KEY_TEXT.fullmatch(content):
        return PackKey(bytes.fromhex(match[1].decode()))
    if len(content) == KEY_BYTES:
        return PackKey(content)
    raise PackKeyError(f"{path}: is not a key; expected 64 hexadecimal digits or {KEY_BYTES} bytes")
