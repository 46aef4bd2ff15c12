-- A sweep that was stopped goes on: what its stop had said of what was not seen holds no longer. Whatever a step at the
-- end of a sweep writes has its line here. Triage events that it wrote stay, as all of them do.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT finding_id FROM sightings SEMI JOIN taken_back USING (sweep_id) WHERE presence <> 'present';

CREATE OR REPLACE TEMP TABLE never_begun AS
SELECT sweep_id, unit_id FROM units SEMI JOIN taken_back USING (sweep_id) WHERE state = 'not_reached';
DELETE FROM skips USING never_begun AS never WHERE skips.sweep_id = never.sweep_id AND skips.unit_id = never.unit_id;
DELETE FROM unit_counts USING never_begun AS never
WHERE unit_counts.sweep_id = never.sweep_id AND unit_counts.unit_id = never.unit_id;
DELETE FROM units USING never_begun AS never WHERE units.sweep_id = never.sweep_id AND units.unit_id = never.unit_id;
DROP TABLE never_begun;

DELETE FROM unit_changes WHERE sweep_id IN (SELECT sweep_id FROM taken_back);
DELETE FROM canary_checks WHERE sweep_id IN (SELECT sweep_id FROM taken_back);
DELETE FROM sightings WHERE sweep_id IN (SELECT sweep_id FROM taken_back) AND presence <> 'present';
-- Their states are derived anew from the answers that stay.
UPDATE sightings SET state = NULL, history = NULL, after_sweep = NULL
WHERE finding_id IN (SELECT finding_id FROM touched);
DELETE FROM finding_states WHERE finding_id IN (SELECT finding_id FROM touched);

-- What is found from now on must not count as told.
DELETE FROM told_sweeps WHERE sweep_id IN (SELECT sweep_id FROM taken_back);
UPDATE sweeps SET state = 'running', ended_at = NULL, stopped_by = NULL
WHERE sweep_id IN (SELECT sweep_id FROM taken_back);
DELETE FROM merged_spools WHERE sweep_id IN (SELECT sweep_id FROM taken_back) AND unit_id = '';
