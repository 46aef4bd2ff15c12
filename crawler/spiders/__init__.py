"""The spiders: one for sites, one for open directories."""
