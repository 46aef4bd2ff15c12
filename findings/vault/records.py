"""What is kept, and under which circumstances it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who fetched it, why and by what right; the same for all that one sweep or command keeps.

    Attributes:
        by: login name of who started it.
        reason: why bytes are kept at all.
        organisation: as the scope names it.
        authority: reference of the written authority, or of the tip-off.
        user_agent: as the server saw us.
        stray_version: what fetched it.
        scope_digest: tells whether two captures had the same scope.
        sweep_id: of the sweep; empty outside of one.
    """

    by: str
    reason: str
    organisation: str
    authority: str
    user_agent: str
    stray_version: str
    scope_digest: str = ""
    sweep_id: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole file as it was fetched. Neither its bytes nor its place show in `repr`.

    Attributes:
        url: where the bytes came from, after redirects.
        body: the bytes, without content encoding.
        fetched_at: aware.
        status: HTTP status; 200 for protocols that have none.
        headers: of the answer.
        requested_url: what was asked for, where a redirect led elsewhere.
        all_headers: `headers` are all that the server sent, but for cookies; else those that a sweep keeps.
        server: address that answered, where it is known.
        certificate_sha256: of the certificate that it showed, in hex; empty without TLS or where it is not known.
    """

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    requested_url: str | None = field(default=None, repr=False)
    all_headers: bool = False
    server: str = ""
    certificate_sha256: str = ""
