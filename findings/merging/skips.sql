INSERT INTO skips BY NAME
SELECT * REPLACE (coalesce(places, 1) AS places) FROM spool_skips
UNION ALL BY NAME
-- What lay in a part that can not be read was looked at, and is lost: the unit is in doubt as a whole.
SELECT sweep_id, unit_id, start_url AS url, '' AS member, 'unit_failed' AS reason, 'spool_part_unreadable' AS detail,
    ended_at AS skipped_at, 1 AS places
FROM spool_units WHERE damaged_parts > 0;
