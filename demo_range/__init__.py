"""A practice ground: real servers on loopback with synthetic letters and an answer key."""
