-- Findings of which these units say something: those that they hold, and those of this sweep whose place, or a folder
-- above it, they asked for.
CREATE OR REPLACE TEMP TABLE touched AS
WITH spoken_of AS (
    SELECT url FROM spool_documents
    UNION SELECT requested_url FROM spool_documents WHERE requested_url IS NOT NULL
    UNION SELECT url FROM spool_skips WHERE member = ''
), seen AS (
    SELECT finding_id, url, string_split(split_part(url, '?', 1), '/') AS parts FROM findings
    WHERE last_sweep IN (SELECT sweep_id FROM spool_units)
)
SELECT finding_id FROM present
UNION SELECT finding_id FROM confirmed
UNION SELECT seen.finding_id FROM seen JOIN spoken_of ON spoken_of.url = seen.url
UNION
SELECT above.finding_id
FROM (
    SELECT finding_id, array_to_string(parts[1:depth], '/') || '/' AS folder
    FROM seen, unnest(range(3, len(parts))) AS depths(depth)
) AS above
JOIN spoken_of ON spoken_of.url = above.folder;
