"""The records that flow: entries, documents, skips, bodies; what bytes say of their own type and charset."""
