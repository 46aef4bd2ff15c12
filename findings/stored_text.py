"""Text from outside as it is stored: places without credentials, and only what can be written."""

from __future__ import annotations

from scope.urls import has_credentials, without_credentials


def stored_place(url: str) -> str:
    """A place without credentials.

    The records promise none; a second look costs 3 µs and keeps the promise if a source forgets.
    """
    try:
        return storable(without_credentials(url) if has_credentials(url) else url)
    except ValueError:  # no URL at all; without its query and user it can be kept to be looked at
        return "invalid:" + storable(url.partition("?")[0].rpartition("@")[2])


def optional_place(url: str | None) -> str | None:
    """A place, where there is one."""
    return None if url is None else stored_place(url)


def storable(text: str) -> str:
    """Lone surrogates (from names that are no text in any charset) can not be stored; written out they can."""
    return text.encode("utf-8", "backslashreplace").decode()
