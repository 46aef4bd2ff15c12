"""Listings of open directories: from a server's page to its rows."""

from crawler.listings.ftp_lines import parse_ftp_line
from crawler.listings.listing import Listing
from crawler.listings.parsing import parse_listing

__all__ = ["Listing", "parse_ftp_line", "parse_listing"]
