"""Quality and speed beside peers, with pinned floors."""
