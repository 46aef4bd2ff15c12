"""The fault suite: everything misbehaves, the sweeper is killed at random, and a tally says what came of it."""
