"""Bytes to text, in isolation."""
