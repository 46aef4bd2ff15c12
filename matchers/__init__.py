"""Text to verdict: keyed fingerprints of known letters. Pure: imports nothing of ours."""
