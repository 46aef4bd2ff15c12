"""An open directory: reads listings from the start folder down, and fetches every file that they name."""

from __future__ import annotations

from urllib.parse import urlsplit

from lxml import etree

from crawler.frontier import Place
from crawler.items import Harvest
from crawler.listings.page import Page
from crawler.listings.parsing import read_listing
from crawler.spiders.unit import UnitSpider


class OpenDirectorySpider(UnitSpider):
    """Rows first: each is recorded with its size and date before anything is fetched."""

    def read(self, tree: etree._Element, url: str, place: Place, harvest: Harvest) -> None:
        """See UnitSpider.

        What else a listing links to is followed as well: a header's links, a script's (`dl?file=3`), rows further
        down. So is a folder whose page is no listing that we can read (an index page, a listing of a kind not known
        yet), so that what lies below is not lost. A stored page is a file; its links are not.
        """
        listing = read_listing(tree, url)
        self.plan_rows(listing, place, harvest)
        is_folder = urlsplit(url).path.endswith("/") or place.depth == 0
        if listing.is_listing or is_folder or Page(tree, url).is_signed:
            self.plan_links(tree, url, place, listing, harvest)
