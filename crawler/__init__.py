"""The Scrapy project: site and open-directory spiders and the listing parsers."""
