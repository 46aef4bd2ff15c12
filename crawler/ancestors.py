"""The folders above a document: each is asked once, so that the record says whether a login is asked anywhere above it.

An answer is kept like any other, as a document or a skip; the database's view `exposure` joins it to the document.
"""

from __future__ import annotations

from posixpath import splitext
from urllib.parse import urlsplit, urlunsplit

from crawler.frontier import LAST, Frontier, Place
from scope.guard import contains
from scope.model import SiteTarget

# Pages that lie somewhere as files. The folders of other pages are made up by a program, often one for each page, and
# to ask them all would double the requests; what a page of a program has above it is known as far as links lead there.
_STORED_PAGES = frozenset([".htm", ".html", ".xhtml", ".shtml", ".mht"])
# Folders whose way up has been looked at, so that the next document of a folder costs nothing; about 2 MB.
REMEMBERED_FOLDERS = 20_000


class Ancestors:
    """Puts the folders above documents into the frontier.

    Args:
        target: folders outside it are nobody's business here.
        frontier: where places wait.
    """

    def __init__(self, target: SiteTarget, frontier: Frontier) -> None:
        self._target = target
        self._frontier = frontier
        self._climbed: set[str] = set()

    def of(self, url: str, place: Place, *, is_page: bool) -> None:
        """Plan the folders above a document. `url` is canonical; `place` led to it."""
        if is_page and splitext(urlsplit(url).path)[1].lower() not in _STORED_PAGES:
            return
        for folder in folders_above(url):
            if folder in self._climbed or not contains(self._target, folder) or self._frontier.is_full:
                return
            if len(self._climbed) >= REMEMBERED_FOLDERS:
                self._climbed.clear()
            self._climbed.add(folder)
            if self._frontier.is_new(folder):
                self._frontier.push(Place(folder, folder, url, place.depth, priority=LAST, above=place.number))


def folders_above(url: str) -> list[str]:
    """From the nearest to the host's root. A folder does not lie in itself."""
    parts = urlsplit(url)
    segments = parts.path.removesuffix("/").split("/")[:-1]
    paths = ["/".join(segments[: place + 1]) + "/" for place in range(len(segments))]
    return [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in reversed(paths)]
