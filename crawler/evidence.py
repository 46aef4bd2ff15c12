"""Answer headers that say when, by what and under which rules a file was served."""

from __future__ import annotations

from scrapy.http import Headers

# What a responder asks about: is it the same file, since when, which server, was it meant for search engines?
KEPT_HEADERS = (
    "content-disposition",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
    "x-robots-tag",
)
# Longest value that is kept, characters; real ones have less than 200.
LONGEST_VALUE = 1_000


def evidence_of(headers: Headers) -> dict[str, str]:
    """The kept headers that are there, names in lower case; several of one name joined by commas."""
    found = {}
    for name in KEPT_HEADERS:
        values = headers.getlist(name)
        if values:
            found[name] = ", ".join(dict.fromkeys(value.decode("latin-1") for value in values))[:LONGEST_VALUE]
    return found
