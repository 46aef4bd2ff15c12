-- By the latest sweep that had the unit to do. A recheck or a tip-off asks for single places and says nothing of the rest.
CREATE OR REPLACE VIEW blind_spots AS
WITH latest AS (
    SELECT reach.* FROM reach JOIN sweeps ON sweeps.sweep_id = reach.sweep_id
    WHERE sweeps.kind = 'sweep'
    QUALIFY row_number() OVER (
        PARTITION BY reach.unit_id ORDER BY reach.sweep_started_at DESC, reach.sweep_id DESC
    ) = 1
), told AS (
    SELECT *, 'unit' AS what, 'unit_' || state AS reason, 1 AS number FROM latest WHERE state <> 'finished'
    UNION ALL BY NAME
    SELECT *, 'places' AS what, unnest(map_keys(skipped_by_reason)) AS reason,
        unnest(map_values(skipped_by_reason))::BIGINT AS number
    FROM latest
    UNION ALL BY NAME
    SELECT *, 'places' AS what, 'not_selected' AS reason, not_selected AS number FROM latest WHERE not_selected > 0
    UNION ALL BY NAME
    SELECT *, 'documents' AS what, 'undetermined' AS reason, undetermined AS number FROM latest WHERE undetermined > 0
    UNION ALL BY NAME
    SELECT *, 'names' AS what, 'names_unknown' AS reason, names_unknown AS number FROM latest WHERE names_unknown > 0
)
SELECT what, reason, number, start_url, host, supplier, kind, sweep_started_at, unit_id, sweep_id
FROM told
ORDER BY list_position(['unit', 'names', 'places', 'documents'], what), number DESC, start_url, reason;
COMMENT ON VIEW blind_spots IS 'What we could not see, by the latest sweep of each unit: units that failed or were never reached, names without an answer, places not looked at, documents with too little text.';
COMMENT ON COLUMN blind_spots.what IS 'of what number counts: unit, names, places or documents';
COMMENT ON COLUMN blind_spots.reason IS 'unit_failed, unit_interrupted, unit_not_reached; names_unknown; a skip reason; not_selected (not worth a request, or beyond the budget); undetermined (a person should look: view to_look_at)';
COMMENT ON COLUMN blind_spots.number IS 'how many';
