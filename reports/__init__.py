"""Findings as tables, pages and files; notifications."""
