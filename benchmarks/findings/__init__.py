"""The findings database at size: merges, views, a finding's page, the command's start; beside SQLite."""
