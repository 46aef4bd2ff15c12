"""The database key: finding ids are made with it, so that an id tells nothing of its place to who lacks the key.

It is never the pack key: ids outlive a pack, and who may triage need not be able to match.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from findings.errors import DatabaseKeyError
from scope.urls import canonical_url, without_credentials

KEY_BYTES = 32
# 128 bit: two of 10^9 findings share an id with probability below 10^-20.
FINDING_ID_BYTES = 16
# 96 bit: of 10^9 values two share one with probability below 10^-10.
FACT_BYTES = 12
_FINDING = b"stray finding 1"
_CHECK = b"stray db check 1"
_FACT = b"stray fact 1"
_SUBKEY = b"stray subkey 1"


@dataclass(frozen=True, slots=True)
class DatabaseKey:
    """256 bit. Kept out of `repr`, so out of tracebacks and logs."""

    secret: bytes = field(repr=False)

    def finding_id(self, url: str, member: str, what: str) -> str:
        """The id of one place holding one letter.

        Args:
            url: where the bytes came from.
            member: path inside the document, empty for the whole.
            what: `letter:<id>`, or `verdict:<name>` where there is no letter.
        """
        digest = hashlib.blake2b(key=self.secret, person=_FINDING, digest_size=FINDING_ID_BYTES)
        for part in (canonical_url(without_credentials(url)), member, what):
            encoded = part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    def fact(self, kind: str, value: str) -> str:
        """What stands for a personal value, such as a recorder's author: equal where the values are, else nothing.

        Args:
            kind: what it is a value of; equal values of two kinds stand apart.
            value: the value.
        """
        digest = hashlib.blake2b(key=self.secret, person=_FACT, digest_size=FACT_BYTES)
        for part in (kind, value):
            encoded = part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    def subkey(self, purpose: str) -> bytes:
        """256 bit for one purpose; from one nothing follows of another, or of the key."""
        return hashlib.blake2b(purpose.encode(), key=self.secret, person=_SUBKEY, digest_size=KEY_BYTES).digest()

    def check_value(self) -> str:
        """What a database keeps to recognise its key; tells nothing of it."""
        return hashlib.blake2b(key=self.secret, person=_CHECK, digest_size=FINDING_ID_BYTES).hexdigest()


def load_or_create_database_key(path: Path, database_exists: bool) -> DatabaseKey:
    """The key in `path`; made there if there is neither a key nor a database yet.

    Raises:
        DatabaseKeyError: the database is there and its key is gone, the file is not a key, or others may read it.
    """
    try:
        return _load(path)
    except FileNotFoundError:
        if database_exists:
            raise DatabaseKeyError(
                f"{path}: the key of this database is gone. Put it back; a new one would make every known finding "
                "look new. To start afresh, move the database away"
            ) from None
    _create(path)
    return _load(path)


def _load(path: Path) -> DatabaseKey:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            secret = file.read(KEY_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DatabaseKeyError(f"{path}: can not be read: {error.strerror}") from error
    if mode & 0o077:
        raise DatabaseKeyError(f"{path}: others may read this key (mode {mode:o}); chmod 600 it")
    if len(secret) != KEY_BYTES:
        raise DatabaseKeyError(f"{path}: not a database key; one is exactly {KEY_BYTES} bytes")
    return DatabaseKey(secret)


def _create(path: Path) -> None:
    """Write aside and link: a kill leaves no short key, and of two who start at once both use the first one's."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return
        finally:
            aside.unlink()
    except OSError as error:
        raise DatabaseKeyError(f"{path}: can not be written: {error.strerror}") from error
