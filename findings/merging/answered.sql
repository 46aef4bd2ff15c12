CREATE OR REPLACE TEMP TABLE touched AS
SELECT finding_id FROM sightings SEMI JOIN spool_end AS ended ON ended.sweep_id = sightings.sweep_id
WHERE state IS NULL;
