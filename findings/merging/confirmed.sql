-- Findings whose place holds what it held: present, without a document of this sweep. One that a document of this batch
-- shows as well needs no confirmation.
CREATE OR REPLACE TEMP TABLE confirmed AS
SELECT finding_id, any_value(sweep_id) AS sweep_id, max(seen_at) AS last_seen, arg_max(basis, seen_at) AS basis
FROM spool_confirmations
ANTI JOIN present USING (finding_id)
SEMI JOIN findings USING (finding_id)
GROUP BY finding_id;

UPDATE findings SET last_sweep = confirmed.sweep_id, last_seen = confirmed.last_seen
FROM confirmed WHERE findings.finding_id = confirmed.finding_id AND confirmed.last_seen >= findings.last_seen;

INSERT INTO sightings BY NAME
SELECT finding_id, sweep_id, 'present' AS presence, basis, last_seen AS seen_at
FROM confirmed
ANTI JOIN (SELECT finding_id FROM sightings WHERE sweep_id IN (SELECT sweep_id FROM spool_units)) AS known
    ON known.finding_id = confirmed.finding_id
ORDER BY finding_id;
