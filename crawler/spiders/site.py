"""A web site: follows links inside the target, fetches files whole, reads listings where it meets them."""

from __future__ import annotations

from lxml import etree

from crawler.frontier import Place
from crawler.items import Harvest
from crawler.listings.parsing import read_listing
from crawler.spiders.unit import UnitSpider


class SiteSpider(UnitSpider):
    """Every page is a document, and every link inside the target a place."""

    def read(self, tree: etree._Element, url: str, place: Place, harvest: Harvest) -> None:
        """See UnitSpider."""
        listing = read_listing(tree, url)
        self.plan_rows(listing, place, harvest)
        self.plan_links(tree, url, place, listing, harvest)
