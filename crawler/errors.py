"""What goes wrong in the crawler; what goes wrong with one request is a FetchingError (fetching/errors.py).

CrawlError
├── ProcessUsedError        a second crawl in one process
└── PageTooCostlyError      a page made to cost more than a page may
"""

from __future__ import annotations


class CrawlError(Exception):
    """The crawl itself broke; fails its unit alone. Holds nothing of a URL or a document."""


class ProcessUsedError(CrawlError):
    """One crawl is one process: a Twisted reactor can not be started twice."""

    def __init__(self) -> None:
        super().__init__("this process has crawled already; run each unit in a process of its own")


class PageTooCostlyError(CrawlError):
    """A page made so that reading it takes hours; costs its links alone. Says what there is too much of."""
