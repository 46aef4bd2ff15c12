"""One pass over a scope: plan, run units on an engine, settle what was seen."""
