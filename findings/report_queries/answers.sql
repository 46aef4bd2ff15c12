-- What each sweep answered for these findings.
SELECT sweep_id, presence, count(*) AS count FROM sightings JOIN chosen_findings USING (finding_id) GROUP BY sweep_id, presence;
