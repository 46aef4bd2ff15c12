"""Candidate names of buckets, made from the keywords of a scope and lists of words, the likeliest first."""
