"""The search for buckets by name: does one exist? A no counts only where canaries vouch for it."""
