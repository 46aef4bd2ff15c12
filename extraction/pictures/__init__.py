"""Pictures, and pages as pictures."""
