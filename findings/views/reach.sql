CREATE OR REPLACE VIEW reach AS
WITH looked AS (
    SELECT sweep_id, unit_id, count(*) AS documents, count(*) FILTER (verdict = 'undetermined') AS undetermined
    FROM documents WHERE member = '' GROUP BY sweep_id, unit_id
), left_out AS (
    SELECT sweep_id, unit_id, sum(places)::BIGINT AS skipped, map(list(reason), list(places)) AS skipped_by_reason
    FROM (SELECT sweep_id, unit_id, reason, sum(places)::UBIGINT AS places FROM skips GROUP BY ALL)
    GROUP BY sweep_id, unit_id
), listed AS (
    SELECT last_sweep AS sweep_id, unit_id, count(*) AS not_selected
    FROM entries WHERE outcome = 'not_selected' GROUP BY ALL
), searched AS (
    SELECT sweep_id, unit_id, sum(candidates)::BIGINT AS names, sum(unknown)::BIGINT AS names_unknown
    FROM name_searches GROUP BY sweep_id, unit_id
)
SELECT units.sweep_id, sweeps.started_at AS sweep_started_at, units.unit_id, units.kind, units.start_url, units.host,
    units.supplier, units.state, units.requests, units.bytes,
    coalesce(looked.documents, 0) AS documents,
    coalesce(looked.undetermined, 0) AS undetermined,
    coalesce(listed.not_selected, 0) AS not_selected,
    coalesce(searched.names, 0) AS names,
    coalesce(searched.names_unknown, 0) AS names_unknown,
    coalesce(left_out.skipped, 0) AS skipped,
    coalesce(left_out.skipped_by_reason, MAP {}::MAP(VARCHAR, UBIGINT)) AS skipped_by_reason
FROM units
JOIN sweeps ON sweeps.sweep_id = units.sweep_id
LEFT JOIN looked ON looked.sweep_id = units.sweep_id AND looked.unit_id = units.unit_id
LEFT JOIN listed ON listed.sweep_id = units.sweep_id AND listed.unit_id = units.unit_id
LEFT JOIN searched ON searched.sweep_id = units.sweep_id AND searched.unit_id = units.unit_id
LEFT JOIN left_out ON left_out.sweep_id = units.sweep_id AND left_out.unit_id = units.unit_id;
COMMENT ON VIEW reach IS 'What each sweep looked at, skipped and never got to, unit by unit.';
COMMENT ON COLUMN reach.state IS 'finished, failed, interrupted or not_reached';
COMMENT ON COLUMN reach.documents IS 'documents fetched and judged';
COMMENT ON COLUMN reach.undetermined IS 'of these, those that a person should look at';
COMMENT ON COLUMN reach.not_selected IS 'rows of listings not worth a request (styles, fonts, programs, empty files), or beyond the budget; those that no later sweep has met';
COMMENT ON COLUMN reach.names IS 'names of buckets that were to be asked for';
COMMENT ON COLUMN reach.names_unknown IS 'of these, those without an answer that counts';
COMMENT ON COLUMN reach.skipped IS 'places not looked at, or only in part';
COMMENT ON COLUMN reach.skipped_by_reason IS 'how many for which reason';
COMMENT ON COLUMN reach.sweep_started_at IS 'when the sweep began';
