"""Did the host itself answer, or a cache on the way to it? Told by what caches say of themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# What asks caches to go to the host. Many do not heed it, which their answers tell.
PAST_CACHES: Final[Mapping[str, str]] = {"Cache-Control": "no-cache", "Pragma": "no-cache"}
# Headers with a word for it, of CloudFront, Fastly, Akamai, Squid, nginx, Cloudflare, Vercel and others.
_TELLING: Final = (
    "x-cache x-cache-status x-cache-remote x-proxy-cache cf-cache-status x-vercel-cache cdn-cache x-cdn-cache"
).split()
# TCP_HIT, "Hit from cloudfront", "MISS, HIT"; not "RefreshHit", for which the host was asked.
_FROM_CACHE: Final = re.compile(r"(?<![a-z])(hit|stale|updating)(?![a-z])", re.IGNORECASE)
_HIT: Final = re.compile(r";\s*hit\s*(;|,|$)", re.IGNORECASE)
# Two numbers: of this request, and of the one that brought it.
_VARNISH_HIT: Final = re.compile(r"\d+\s+\d+")


def is_from_cache(headers: Mapping[str, str]) -> bool:
    """Names in lower case, as `fetching.wire.Answer` has them."""
    age = headers.get("age", "").strip()
    return (
        (age.isascii() and age.isdigit() and int(age[:9]) > 0)
        or any(_FROM_CACHE.search(headers.get(name, "")) for name in _TELLING)
        or _HIT.search(headers.get("cache-status", "")) is not None
        or _VARNISH_HIT.fullmatch(headers.get("x-varnish", "").strip()) is not None
    )
