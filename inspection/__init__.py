"""Bytes to verdicts: extraction and matchers joined."""
