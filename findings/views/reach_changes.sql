CREATE OR REPLACE VIEW reach_changes AS
SELECT told.sweep_id, told.unit_id, units.start_url, units.host, units.supplier, told.change, told.detail, told.before,
    told.now, told.explained, told.is_suspicious AND accepted.unit_id IS NULL AS is_suspicious,
    accepted.unit_id IS NOT NULL AS is_accepted, told.before_sweep
FROM unit_changes AS told
JOIN units ON units.unit_id = told.unit_id
    AND units.sweep_id = CASE WHEN told.change = 'left_scope' THEN told.before_sweep ELSE told.sweep_id END
LEFT JOIN (SELECT DISTINCT unit_id, sweep_id FROM reach_accepted) AS accepted
    ON accepted.unit_id = told.unit_id AND accepted.sweep_id = told.sweep_id AND told.change = 'fell'
ORDER BY told.sweep_id DESC, is_suspicious DESC, told.before - told.now DESC, units.start_url, told.change, told.detail;
COMMENT ON VIEW reach_changes IS 'Where a sweep saw otherwise than the ones before: fell, refuses, was truncated, met a limit, broke, came back, left the scope.';
COMMENT ON COLUMN reach_changes.is_suspicious IS 'true for a fall that nothing explains and nobody has accepted: the sweep counts as incomplete';
COMMENT ON COLUMN reach_changes.is_accepted IS 'true for a fall that a person has explained';
