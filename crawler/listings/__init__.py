"""Listings of open directories: from a server's page to its rows."""

from crawler.listings.parsing import Listing, parse_listing

__all__ = ["Listing", "parse_listing"]
