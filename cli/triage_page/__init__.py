"""The local web page for triage: for one person, in one browser, on this machine."""
