"""Listings that a page's scripts draw: rows as JSON, as JavaScript's literals, or as calls of one function."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.listings.json_listing import json_listing
from crawler.listings.listing import Listing
from crawler.listings.script_calls import called_listing
from crawler.listings.script_values import calls_in, values_in

# Shorter ones hold no row, characters.
_SHORTEST = len("[{n:'a',d:1}]")


def embedded_listing(scripts: Iterable[str], url: str) -> Listing | None:
    """The listing with most rows in a page's scripts; None where no rows lie in the page.

    Args:
        scripts: texts of the page's `<script>`, `<template>` and other data blocks.
        url: the page's.
    """
    texts = [text for text in scripts if len(text) >= _SHORTEST]
    best: Listing | None = None
    for text in texts:
        for value in values_in(text):
            best = _longer(best, json_listing(value, url, is_state=True))
    calls: dict[str, list[tuple[str | int | float | bool | None, ...]]] = {}
    for text in texts:  # each row may be a script of its own
        for function, arguments in calls_in(text).items():
            calls.setdefault(function, []).extend(arguments)
    return _longer(best, called_listing(calls, url))


def _longer(one: Listing | None, other: Listing | None) -> Listing | None:
    if one is None or other is None:
        return one or other
    return other if len(other.entries) > len(one.entries) else one
