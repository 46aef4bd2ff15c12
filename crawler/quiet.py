"""Scrapy, Twisted and asyncio log URLs; a name in a URL is patient data. Here their log ends."""

from __future__ import annotations

import logging

_TALKERS = ("scrapy", "twisted", "asyncio", "protego", "py.warnings")


def silence() -> None:
    """Keep the frameworks' log records from every handler, the last resort included.

    Nothing is lost by it: what ends a request is in its `Skipped`, what ends a unit is raised.
    """
    for name in _TALKERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
