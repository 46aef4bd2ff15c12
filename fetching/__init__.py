"""What every fetcher obeys: the source interface, the guarded dialler, budgets, pacing, the conduct log."""
