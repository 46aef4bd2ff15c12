"""Findings as table and JSON Lines."""
