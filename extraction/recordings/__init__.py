"""Recordings: facts, sound, fingerprint."""
