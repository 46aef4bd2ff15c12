"""How much of a unit's budget the pages of one folder may take before those of others have had their turn."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

# Share of a unit's requests that the pages of one folder may take ahead of other places, 0 to 1. What is over waits,
# and is fetched when nothing else is left: a shop without end costs no letter, and a large archive loses none.
FOLDER_SHARE = 0.25
# Order among waiting places of what is over: after all else but what is asked for last of all (crawler.places.LAST).
LATE = 900
# No folder has to wait before it had so many pages, whatever the budget.
LEAST_PAGES = 200
# Folders from the root that tell one from another: `/news/2026/...` and `/news/2025/...` are one.
_DEPTH = 2
# Folders that are counted, about 0.2 kB each; more are counted as one.
_MOST_FOLDERS = 10_000
_NUMBER = re.compile(r"\d+")


class FolderShares:
    """Counts the pages that a unit plans.

    Args:
        requests: that the unit may make.
    """

    def __init__(self, requests: int) -> None:
        self._most = max(LEAST_PAGES, int(requests * FOLDER_SHARE))
        self._pages: Counter[str] = Counter()

    def is_over(self, url: str) -> bool:
        """Count a page; True where its folder has had its share."""
        folder = _folder(url)
        if folder not in self._pages and len(self._pages) >= _MOST_FOLDERS:
            folder = ""
        self._pages[folder] += 1
        return self._pages[folder] > self._most


def _folder(url: str) -> str:
    parts = urlsplit(url)
    names = parts.path.split("/")[1:-1]
    # With a query, the program stands for its pages.
    names += [parts.path.rpartition("/")[2]] if parts.query else []
    return "/".join([parts.netloc, *(_NUMBER.sub("#", name) for name in names[:_DEPTH])])
