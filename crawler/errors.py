"""What goes wrong in the crawler; what goes wrong with one request is a FetchingError (fetching/errors.py).

CrawlError
├── ProcessUsedError        a second crawl in one process
├── BrowserMissingError     a page should be drawn, and nothing is there to do it
└── PageTooCostlyError      a page made to cost more than a page may
"""

from __future__ import annotations


class CrawlError(Exception):
    """The crawl itself broke; fails its unit alone. Holds nothing of a URL or a document."""


class ProcessUsedError(CrawlError):
    """One crawl is one process: a Twisted reactor can not be started twice."""

    def __init__(self) -> None:
        super().__init__("this process has crawled already; run each unit in a process of its own")


class BrowserMissingError(CrawlError):
    """Costs no more than what a browser would have shown.

    Attributes:
        part: `browser`, the extra, or `chromium`, the program.
    """

    def __init__(self, part: str) -> None:
        super().__init__(f"not installed: {part}")
        self.part = part


class PageTooCostlyError(CrawlError):
    """A page made so that reading it takes hours; costs its links alone. Says what there is too much of."""
