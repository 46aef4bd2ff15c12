"""What may be looked at and by whose authority: the scope file, the guard that decides, units of work."""
