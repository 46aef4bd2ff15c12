"""All keys of one pack: the key that seals it, the root that its hashes were made under, and a layer for each rotation.

A new pack has one key for all. When the key is rotated, what is sealed is sealed anew, and every stored hash goes
through the pseudo-random function once more, under a key drawn from the new one. So the old key, which made the hashes
of the letters, can test no guess against the pack any more. The root and the layers stand in pack.json, sealed under
the key and with a keyed digest on them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from matchers.errors import PackKeyError
from matchers.keys import KEY_BYTES, SUBKEY_BYTES, PackKey
from matchers.seals import SALT_BYTES
from matchers.shingle_table import STORED_MASK
from matchers.siphash import SipKey, Words, siphash

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of one pack.

    Attributes:
        current: the key that the pack is opened with; seals whatever is sealed.
        root: the key under which shingles, words and identifiers are hashed, the same through all rotations.
        layers: a key of 16 bytes for each rotation, the oldest first.
    """

    current: PackKey
    root: PackKey
    layers: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, key: PackKey) -> Keyring:
        """Of a pack that is built under this key."""
        return cls(key, key)

    @classmethod
    def opened(cls, key: PackKey, sealed: str) -> Keyring:
        """What `sealed` gave under this key.

        Raises:
            ValueError: it was changed, or sealed under another key.
        """
        if not sealed:
            return cls.of(key)
        raw = bytes.fromhex(sealed)
        salt, content, digest = raw[:SALT_BYTES], raw[SALT_BYTES:-_DIGEST_BYTES], raw[-_DIGEST_BYTES:]
        if not hmac.compare_digest(digest, _keyed_digest(key, salt + content)):
            raise ValueError("not a keyring of this key")
        plain = _sealed(key, salt, content)
        layers = range(KEY_BYTES, len(plain), SUBKEY_BYTES)
        return cls(key, PackKey(plain[:KEY_BYTES]), tuple(plain[at : at + SUBKEY_BYTES] for at in layers))

    def sealed(self) -> str:
        """For pack.json; empty while the key has never been rotated."""
        if self == Keyring.of(self.current):
            return ""
        salt = secrets.token_bytes(SALT_BYTES)
        content = _sealed(self.current, salt, b"".join((self.root.master, *self.layers)))
        return (salt + content + _keyed_digest(self.current, salt + content)).hex()

    def rotated(self, new: PackKey) -> Keyring:
        """The same pack under a new key. Drawn from the new key, so packs that were alike stay alike.

        Raises:
            PackKeyError: it is no new key.
        """
        if new == self.current:
            raise PackKeyError(
                "the new key is the key that the pack has; name another file, it is made if it is not there"
            )
        return Keyring(new, self.root, (*self.layers, new.subkey("layer")))

    def hashes_like(self, other: Keyring) -> bool:
        """Do equal shingles have equal hashes in a pack of the other keyring?"""
        return (self.root, self.layers) == (other.root, other.layers)

    def layered(self, hashes: Words, first: int = 0) -> Words:
        """Hashes under the root as the pack stores them; `first` counts the layers that they have had already."""
        hashes = hashes & STORED_MASK
        for layer in self.layers[first:]:
            hashes = siphash([hashes], SipKey.from_bytes(layer)) & STORED_MASK
        return hashes


def _sealed(key: PackKey, salt: bytes, content: bytes) -> bytes:
    """Sealed if open, open if sealed."""
    stream = hashlib.shake_256(key.subkey("keyring") + salt).digest(len(content))
    return bytes(one ^ other for one, other in zip(content, stream, strict=True))


def _keyed_digest(key: PackKey, content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES, key=key.subkey("keyring-mark")).digest()
