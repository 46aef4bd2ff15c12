"""An open directory: reads listings from the start folder down, and fetches every file that they name."""

from __future__ import annotations

from urllib.parse import urlsplit

from lxml import etree

from crawler.frontier import Place
from crawler.items import Harvest
from crawler.listings.parsing import read_listing
from crawler.pages import links_of
from crawler.spiders.unit import UnitSpider


class OpenDirectorySpider(UnitSpider):
    """Rows first: each is recorded with its size and date before anything is fetched."""

    def read(self, tree: etree._Element, url: str, place: Place, harvest: Harvest) -> None:
        """See UnitSpider.

        A folder whose page is no listing that we can read (an index page, a listing of a kind not known yet) is
        followed by its links, so that what lies below is not lost. A stored page is a file; its links are not.
        """
        listing = read_listing(tree, url)
        if listing.entries:
            self.plan_rows(listing, place, harvest)
        elif urlsplit(url).path.endswith("/") or place.depth == 0:
            for address in links_of(tree, url):
                self.planner.link(address, place, url, harvest)
