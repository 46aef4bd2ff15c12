INSERT INTO merged_spools BY NAME
SELECT sweep_id, unit_id, now() AS merged_at, damaged_parts FROM spool_units;
