"""How much of a letter comes out of every format, whether the matcher then names it, and how fast; beside peers."""
