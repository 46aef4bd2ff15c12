"""Matching: letters made for it, what happens to them, and how well and how fast they are recognised."""
