"""Text, markup, tables and data formats."""
