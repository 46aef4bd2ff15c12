"""Sealing: to the responders' public keys, so that whoever holds only the vault can not open it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from findings.errors import EvidenceError, EvidenceKeyError, SpoolError
from scope.recipients import RecipientError, age_recipient, can_seal

_EXTRA: Final = "sealed evidence needs the extra [evidence]; in a checkout `make setup` installs it"
# Bytes that an identity file has at most; an RSA key of 4096 bit in PEM has 3.4 kB.
_MOST_IDENTITY_BYTES: Final = 64 << 10


class _Digesting:
    """A file to write to that says afterwards what was written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.size = 0
        self.failure: OSError | None = None

    def write(self, chunk: bytes) -> int:
        """Keep an error: pyrage passes on its text alone."""
        try:
            self._out.write(chunk)
        except OSError as error:
            self.failure = error
            raise
        self._digest.update(chunk)
        self.size += len(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Pass it on."""
        self._out.flush()

    @property
    def sha256(self) -> str:
        """Of all that was written, in hex."""
        return self._digest.hexdigest()


def recipients_of(texts: Sequence[str]) -> list[Any]:
    """Public keys to seal to.

    Raises:
        EvidenceError: there is none, one is wrong, or the extra is missing.
    """
    if not texts:
        raise EvidenceError('the scope names nobody to seal to: [evidence] recipients = ["age1..."]')
    require_extra()
    try:
        return [age_recipient(text) for text in texts]
    except RecipientError as error:
        raise EvidenceError(f"a recipient of the scope {error}") from None


def require_extra() -> None:
    """Raises EvidenceError where the extra is missing."""
    if not can_seal():
        raise EvidenceError(_EXTRA)


def seal(content: bytes, recipients: Sequence[Any], out: IO[bytes]) -> tuple[str, int]:
    """Write `content` sealed to `out`.

    Returns:
        SHA-256 in hex and size in bytes of what was written.

    Raises:
        OSError: the disk gives up.
    """
    import pyrage  # noqa: PLC0415 - an extra

    digesting = _Digesting(out)
    failed = False
    try:
        pyrage.encrypt_io(io.BytesIO(content), digesting, list(recipients))
    except pyrage.EncryptError:
        failed = True
    if digesting.failure is not None:
        raise digesting.failure
    if failed:
        raise SpoolError("sealing failed")
    return digesting.sha256, digesting.size


def unseal(sealed: bytes, identities: Sequence[Any]) -> bytes:
    """What was sealed.

    Raises:
        EvidenceKeyError: none of the keys opens it.
        EvidenceError: it has been altered.
    """
    import pyrage  # noqa: PLC0415 - an extra

    try:
        return bytes(pyrage.decrypt(sealed, list(identities)))
    except pyrage.DecryptError as error:
        keyless = "No matching keys" in str(error)
    if keyless:
        raise EvidenceKeyError("no key given opens it")
    raise EvidenceError("it can not be opened: it has been altered")


def identities_in(path: Path) -> list[Any]:
    """The private keys of a file that `age-keygen` made, or of an SSH key without passphrase.

    Raises:
        EvidenceError: there is none, or others may read it.
    """
    require_extra()
    import pyrage  # noqa: PLC0415 - an extra

    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(_MOST_IDENTITY_BYTES)
    except OSError as error:
        raise EvidenceError(f"{path}: can not be read: {error.strerror}") from None
    if mode & 0o077:
        raise EvidenceError(f"{path}: others may read this private key (mode {mode:o}); chmod 600 it")
    lines = [line.strip() for line in text.decode("ascii", "replace").splitlines()]
    found: list[Any] = []
    with suppress(pyrage.IdentityError):
        if b"PRIVATE KEY" in text:
            found = [pyrage.ssh.Identity.from_buffer(text)]
        else:
            found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise EvidenceError(f"{path}: holds no private key that can be used here; `age -d -i` opens evidence as well")
    return found
