CREATE OR REPLACE VIEW reach AS
WITH searched AS (
    SELECT sweep_id, unit_id, sum(candidates)::BIGINT AS names, sum(unknown)::BIGINT AS names_unknown
    FROM name_searches GROUP BY sweep_id, unit_id
)
SELECT units.sweep_id, sweeps.started_at AS sweep_started_at, units.unit_id, units.kind, units.start_url, units.host,
    units.supplier, units.state, units.requests, units.bytes,
    coalesce(counts.documents, 0) AS documents,
    coalesce(counts.undetermined, 0) AS undetermined,
    coalesce(counts.not_selected, 0) AS not_selected,
    coalesce(searched.names, 0) AS names,
    coalesce(searched.names_unknown, 0) AS names_unknown,
    coalesce(counts.skipped, 0) AS skipped,
    coalesce(counts.skipped_by_reason, MAP {}::MAP(VARCHAR, UBIGINT)) AS skipped_by_reason,
    CASE WHEN units.state = 'not_reached' THEN 0 ELSE met.entries END AS entries,
    coalesce(met.unchanged, 0) AS unchanged,
    coalesce(met.limits, MAP {}::MAP(VARCHAR, UBIGINT)) AS limits,
    extract('epoch' FROM units.ended_at - units.started_at) AS seconds
FROM units
JOIN sweeps ON sweeps.sweep_id = units.sweep_id
LEFT JOIN unit_counts AS counts ON counts.sweep_id = units.sweep_id AND counts.unit_id = units.unit_id
LEFT JOIN unit_reach AS met ON met.sweep_id = units.sweep_id AND met.unit_id = units.unit_id
LEFT JOIN searched ON searched.sweep_id = units.sweep_id AND searched.unit_id = units.unit_id;
COMMENT ON VIEW reach IS 'What each sweep looked at, skipped and never got to, unit by unit.';
COMMENT ON COLUMN reach.state IS 'finished, failed, interrupted or not_reached';
COMMENT ON COLUMN reach.names IS 'names of buckets that were to be asked for';
COMMENT ON COLUMN reach.names_unknown IS 'of these, those without an answer that counts';
COMMENT ON COLUMN reach.sweep_started_at IS 'when the sweep began';
COMMENT ON COLUMN reach.seconds IS 'how long it took; empty if it never began';
