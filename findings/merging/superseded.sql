-- Units that were merged when a stop had cut them short, and come whole now: what they had told is told again, all of it.
-- Every table that a unit's merge fills row by row, so every one with its sweep and unit, has its line here.
CREATE OR REPLACE TEMP TABLE superseded AS
SELECT units.sweep_id, units.unit_id, coalesce(unit_counts.not_selected, 0) AS not_selected
FROM units
SEMI JOIN spool_units USING (sweep_id, unit_id)
LEFT JOIN unit_counts USING (sweep_id, unit_id)
WHERE units.state = 'interrupted';

DELETE FROM documents USING superseded AS old WHERE documents.sweep_id = old.sweep_id AND documents.unit_id = old.unit_id;
DELETE FROM matches USING superseded AS old WHERE matches.sweep_id = old.sweep_id AND matches.unit_id = old.unit_id;
DELETE FROM skips USING superseded AS old WHERE skips.sweep_id = old.sweep_id AND skips.unit_id = old.unit_id;
DELETE FROM buckets USING superseded AS old WHERE buckets.sweep_id = old.sweep_id AND buckets.unit_id = old.unit_id;
DELETE FROM name_searches USING superseded AS old
WHERE name_searches.sweep_id = old.sweep_id AND name_searches.unit_id = old.unit_id;
DELETE FROM host_checks USING superseded AS old
WHERE host_checks.sweep_id = old.sweep_id AND host_checks.unit_id = old.unit_id;
DELETE FROM absences USING superseded AS old WHERE absences.sweep_id = old.sweep_id AND absences.unit_id = old.unit_id;
DELETE FROM unit_reach USING superseded AS old
WHERE unit_reach.sweep_id = old.sweep_id AND unit_reach.unit_id = old.unit_id;
DELETE FROM unchanged USING superseded AS old WHERE unchanged.sweep_id = old.sweep_id AND unchanged.unit_id = old.unit_id;
DELETE FROM unit_counts USING superseded AS old
WHERE unit_counts.sweep_id = old.sweep_id AND unit_counts.unit_id = old.unit_id;
DELETE FROM merged_spools USING superseded AS old
WHERE merged_spools.sweep_id = old.sweep_id AND merged_spools.unit_id = old.unit_id;
DELETE FROM units USING superseded AS old WHERE units.sweep_id = old.sweep_id AND units.unit_id = old.unit_id;
