"""To whom evidence is sealed: public keys of age, checked before anything is kept under them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from scope.model import Evidence

_SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how a private key begins
_SSH = ("ssh-ed25519 ", "ssh-rsa ")


class RecipientError(Exception):
    """Not a public key that can be sealed to; the text never holds the key."""


def can_seal() -> bool:
    """Is the extra installed?"""
    return find_spec("pyrage") is not None and find_spec("warcio") is not None


def age_recipient(text: str) -> Any:
    """The key as pyrage has it.

    Raises:
        RecipientError: it is none, or a private one.
    """
    import pyrage  # noqa: PLC0415 - an extra

    if _SECRET in text.upper() or "PRIVATE KEY" in text.upper():
        raise RecipientError(
            "is a private key; it opens evidence and must not lie here. Make a new pair, keep the private part with "
            "the responders, and put the public one here, which begins with age1"
        )
    try:
        if text.startswith(_SSH):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        pass
    raise RecipientError("is no public key of age (age1...) or SSH (ssh-ed25519 ..., ssh-rsa ...), or is mistyped")


def bare(text: str) -> str:
    """Without the comment of an SSH key, which may name a person or a machine."""
    return " ".join(text.split()[:2])


def unfit_recipients(evidence: Evidence) -> Iterator[str]:
    """What is wrong with the scope's recipients; never the key itself, which may be a private one by mistake."""
    if evidence.keep == "sealed" and not evidence.recipients:
        yield 'evidence.recipients: missing; "sealed" needs public keys to seal to: recipients = ["age1..."]'
    if not evidence.recipients:
        return
    if not can_seal():
        if evidence.keep == "sealed":
            yield 'evidence.keep: "sealed" needs the extra [evidence]; in a checkout `make setup` installs it'
        return
    for number, text in enumerate(evidence.recipients, 1):
        try:
            age_recipient(text)
        except RecipientError as error:
            yield f"evidence.recipients[{number}]: {error}"
    if len({bare(text) for text in evidence.recipients}) < len(evidence.recipients):
        yield "evidence.recipients: one key is there twice; a second key is for when the first one is lost"
