-- What each sweep answered for these findings.
WITH chosen AS (SELECT unnest(?::VARCHAR[]) AS finding_id)
SELECT sweep_id, presence, count(*) AS count FROM sightings JOIN chosen USING (finding_id) GROUP BY sweep_id, presence;
