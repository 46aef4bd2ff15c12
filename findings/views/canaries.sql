CREATE OR REPLACE VIEW canaries AS
SELECT checks.sweep_id, sweeps.started_at AS sweep_started_at, sweeps.kind AS sweep_kind, checks.canary_id, places.label,
    split_part(places.url, '/', 3) AS host, places.letter_id, checks.unit_id, checks.outcome, checks.basis,
    max(CASE WHEN checks.outcome = 'found' THEN sweeps.started_at END) OVER (
        PARTITION BY checks.canary_id ORDER BY sweeps.started_at, checks.sweep_id
    ) AS last_found
FROM canary_checks AS checks
JOIN sweeps ON sweeps.sweep_id = checks.sweep_id
JOIN canary_places AS places ON places.canary_id = checks.canary_id;
COMMENT ON VIEW canaries IS 'Which canary letters each sweep found, and which it missed: a sweep that misses one is broken.';
COMMENT ON COLUMN canaries.sweep_started_at IS 'when the sweep began';
COMMENT ON COLUMN canaries.sweep_kind IS 'sweep, recheck or tip_off';
COMMENT ON COLUMN canaries.host IS 'host and port of its place';
COMMENT ON COLUMN canaries.last_found IS 'begin of the latest sweep up to this one that found it; empty if none did';
