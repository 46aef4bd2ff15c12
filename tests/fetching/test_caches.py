"""Which answers came from a cache and which from the host, by the headers that caches of the field send."""

from __future__ import annotations

import pytest

from fetching.caches import is_from_cache


@pytest.mark.parametrize(
    "headers",
    [
        {"age": "17"},
        {"x-cache": "Hit from cloudfront"},
        {"x-cache": "TCP_MEM_HIT from a23-1-2-3.deploy.akamaitechnologies.com"},
        {"x-cache": "MISS, HIT"},
        {"cf-cache-status": "HIT"},
        {"cf-cache-status": "STALE"},
        {"x-cache-status": "UPDATING"},
        {"cache-status": '"Netlify Edge"; hit'},
        {"cache-status": "Example; hit; ttl=376"},
        {"x-varnish": "32770 3"},
    ],
)
def test_a_cache_says_so(headers: dict[str, str]) -> None:
    assert is_from_cache(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"age": "0"},
        {"age": "never"},
        {"x-cache": "Miss from cloudfront"},
        {"x-cache": "RefreshHit from cloudfront"},
        {"cf-cache-status": "DYNAMIC"},
        {"cache-status": "Example; fwd=uri-miss"},
        {"x-varnish": "32770"},
        {"x-cache": "MISS from white-hitchin.example"},
    ],
)
def test_the_host_itself_answered(headers: dict[str, str]) -> None:
    assert not is_from_cache(headers)
