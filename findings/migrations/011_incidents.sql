-- What belongs together, so that it is handled as one thing. Findings from before are gathered by folder under the id of
-- one of them, which is keyed too, until a sweep meets one of the folder again: merging/incidents.sql.

ALTER TABLE findings ADD COLUMN batch_id VARCHAR;
ALTER TABLE findings ADD COLUMN incident_id VARCHAR;
COMMENT ON COLUMN findings.batch_id IS 'keyed id of the folder that it lies in, or of the script that hands it out';
COMMENT ON COLUMN findings.incident_id IS 'keyed id of what is handled as one thing: supplier, host and folder; folders below it that are only numbered (days, jobs) belong to it';

UPDATE findings SET batch_id = gathered.together, incident_id = gathered.together
FROM (
    SELECT finding_id, min(finding_id) OVER (
        PARTITION BY supplier, host,
            CASE WHEN contains(url, '?') THEN split_part(url, '?', 1) ELSE regexp_replace(url, '[^/]*$', '') END
    ) AS together
    FROM findings
) AS gathered
WHERE findings.finding_id = gathered.finding_id;

COMMENT ON COLUMN meta.name IS 'key_check; views_digest, macros_digest, deriving_digest';
