"""Cloud buckets: access state, listing, objects, always unsigned."""
