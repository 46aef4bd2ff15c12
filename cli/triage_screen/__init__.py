"""Triage on the terminal."""
