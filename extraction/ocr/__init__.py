"""Optical character recognition: text of pictures, within a worker."""
