SELECT start_url AS url FROM units
UNION
SELECT url FROM documents
UNION
SELECT requested_url FROM documents WHERE requested_url IS NOT NULL
UNION
SELECT url FROM skips
UNION
SELECT url FROM entries
UNION
SELECT parent FROM entries WHERE parent IS NOT NULL
