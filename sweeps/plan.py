"""What a sweep will do: its units as jobs, and the digest by which an interrupted sweep is recognised."""

from __future__ import annotations

import hashlib
import json

from scope.model import Scope

# The parts of a scope that say what is looked at. Limits, authority and paths may change between a kill and a resume.
_IDENTITY = ("organisation", "site", "bucket", "ftp", "names")
# Of a search for names, likewise: how fast it asks.
_PACE = ("requests_per_second", "fastest")


def scope_digest(scope: Scope) -> str:
    """The same for the same targets; 128 bit in hex."""
    identity = scope.model_dump(mode="json", include=set(_IDENTITY))
    names = identity.pop("names", None)
    if names is not None:  # a scope without them has the digest that it had before there were any
        identity["names"] = {key: value for key, value in names.items() if key not in _PACE}
    return hashlib.blake2b(json.dumps(identity, sort_keys=True).encode(), digest_size=16).hexdigest()


def user_agent(scope: Scope, version: str) -> str:
    """Who asks and whom to write to, in printable ASCII: other characters may not stand in a header."""
    text = f"Stray/{version} (+{scope.contact}; {scope.organisation})"
    return "".join(character if " " <= character <= "~" else "?" for character in text)
