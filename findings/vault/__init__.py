"""The evidence vault: fetched files, sealed to the responders' keys, and a chained log of what became of each."""
