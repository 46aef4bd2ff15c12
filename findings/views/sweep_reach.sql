CREATE OR REPLACE VIEW sweep_reach AS
SELECT reach.sweep_id, min(reach.sweep_started_at) AS sweep_started_at,
    count(*) AS units,
    count(*) FILTER (reach.state = 'finished') AS units_finished,
    count(*) FILTER (
        reach.state = 'finished' AND coalesce(reach.entries, 0) + reach.documents + reach.unchanged = 0
    ) AS units_empty,
    count(*) FILTER (reach.state = 'failed') AS units_failed,
    count(*) FILTER (reach.state = 'interrupted') AS units_interrupted,
    count(*) FILTER (reach.state = 'not_reached') AS units_not_reached,
    count(*) FILTER (len(map_keys(reach.limits)) > 0) AS units_cut_short,
    sum(reach.entries)::BIGINT AS entries,
    sum(reach.documents)::BIGINT AS fetched,
    sum(reach.unchanged)::BIGINT AS unchanged,
    sum(reach.skipped)::BIGINT AS skipped,
    sum(reach.not_selected)::BIGINT AS not_selected,
    sum(reach.undetermined)::BIGINT AS undetermined,
    sum(reach.documents + reach.unchanged) / nullif(sum(reach.documents + reach.unchanged + reach.skipped), 0)
        AS share_seen,
    sum(reach.requests)::BIGINT AS requests, sum(reach.bytes)::BIGINT AS bytes
FROM reach
GROUP BY reach.sweep_id;
COMMENT ON VIEW sweep_reach IS 'How far each sweep saw: units, places and documents, seen and not seen, one row per sweep.';
COMMENT ON COLUMN sweep_reach.sweep_started_at IS 'when the sweep began';
COMMENT ON COLUMN sweep_reach.units IS 'units planned';
COMMENT ON COLUMN sweep_reach.units_finished IS 'of these, those that came to their end';
COMMENT ON COLUMN sweep_reach.units_empty IS 'of the finished ones, those that gave no place and no document: refused, down, absent, or empty';
COMMENT ON COLUMN sweep_reach.units_failed IS 'of these, those whose source or process broke';
COMMENT ON COLUMN sweep_reach.units_interrupted IS 'of these, those that a stop cut short';
COMMENT ON COLUMN sweep_reach.units_not_reached IS 'of these, those that were never begun';
COMMENT ON COLUMN sweep_reach.units_cut_short IS 'of these, those that a limit of the scope cut short (view limits_reached)';
COMMENT ON COLUMN sweep_reach.entries IS 'places met; those of sweeps of an older Stray are not known';
COMMENT ON COLUMN sweep_reach.fetched IS 'documents fetched and judged';
COMMENT ON COLUMN sweep_reach.unchanged IS 'places that are as they were, seen without being fetched';
COMMENT ON COLUMN sweep_reach.skipped IS 'places not looked at, or only in part';
COMMENT ON COLUMN sweep_reach.not_selected IS 'rows of listings not worth a request, that no later sweep has met';
COMMENT ON COLUMN sweep_reach.undetermined IS 'documents with too little text to judge';
COMMENT ON COLUMN sweep_reach.share_seen IS 'fetched and unchanged, of these and skipped ones, 0 to 1; empty where there was nothing';
COMMENT ON COLUMN sweep_reach.requests IS 'requests made';
COMMENT ON COLUMN sweep_reach.bytes IS 'bytes received';
