-- Where each content in `sketch_hits` was seen: its first and last time at each place, and what was heard of the place
-- since then. Only what was heard is told: nobody asks anything now.
WITH seen AS (
    SELECT documents.*, first_value(documents.sweep_id) OVER held AS first_sweep,
        first_value(documents.fetched_at) OVER held AS first_seen
    FROM documents SEMI JOIN sketch_hits ON sketch_hits.sha256 = documents.sha256
    WHERE documents.member = ''
    WINDOW held AS (PARTITION BY documents.url, documents.sha256 ORDER BY documents.fetched_at)
    QUALIFY row_number() OVER (PARTITION BY documents.url, documents.sha256 ORDER BY documents.fetched_at DESC) = 1
), latest AS (
    SELECT documents.url, max(documents.fetched_at) AS fetched_at
    FROM documents SEMI JOIN seen ON seen.url = documents.url
    WHERE documents.member = ''
    GROUP BY documents.url
), skipped AS (
    SELECT skips.url, max(skips.skipped_at) AS skipped_at, arg_max(skips.reason, (skips.skipped_at, skips.reason)) AS reason
    FROM skips SEMI JOIN seen ON seen.url = skips.url
    WHERE skips.member = ''
    GROUP BY skips.url
), swept AS (
    SELECT units.unit_id, max(coalesce(units.ended_at, sweeps.started_at)) AS ended_at, max(sweeps.started_at) AS started_at
    FROM units JOIN sweeps ON sweeps.sweep_id = units.sweep_id
    WHERE sweeps.kind = 'sweep' AND units.state = 'finished'
    GROUP BY units.unit_id
), met AS (
    -- Asked and unchanged since it was fetched.
    SELECT entries.url, max(entries.last_seen) AS last_seen, arg_max(entries.last_sweep, entries.last_seen) AS last_sweep
    FROM entries SEMI JOIN seen ON seen.url = entries.url
    WHERE entries.outcome = 'unchanged'
    GROUP BY entries.url
), placed AS (
    SELECT seen.*, latest.fetched_at > seen.fetched_at AS is_changed, latest.fetched_at AS changed_at,
        CASE WHEN latest.fetched_at > seen.fetched_at THEN seen.fetched_at
            ELSE greatest(seen.fetched_at, coalesce(met.last_seen, seen.fetched_at)) END AS last_seen,
        CASE WHEN latest.fetched_at = seen.fetched_at AND met.last_seen > seen.fetched_at THEN met.last_sweep
            ELSE seen.sweep_id END AS last_sweep
    FROM seen JOIN latest ON latest.url = seen.url LEFT JOIN met ON met.url = seen.url
)
SELECT placed.url, placed.sha256, placed.size, placed.media_type, placed.server_modified, placed.status,
    placed.headers, placed.requested_url, placed.fetched_at, placed.first_seen, placed.last_seen, placed.first_sweep,
    placed.last_sweep, placed.sweep_id AS fetched_sweep, units.unit_id, units.kind, units.start_url, units.host, units.tier, units.authority,
    units.supplier,
    CASE
        WHEN placed.is_changed THEN 'fetched_without_match'
        WHEN skipped.skipped_at > placed.last_seen THEN skipped.reason
        WHEN swept.started_at > placed.last_seen THEN 'not_met'
        ELSE 'rematched'
    END AS basis,
    CASE
        WHEN placed.is_changed THEN placed.changed_at
        WHEN skipped.skipped_at > placed.last_seen THEN skipped.skipped_at
        WHEN swept.started_at > placed.last_seen THEN swept.ended_at
        ELSE placed.last_seen
    END AS answered_at
FROM placed
JOIN units ON units.sweep_id = placed.sweep_id AND units.unit_id = placed.unit_id
LEFT JOIN skipped ON skipped.url = placed.url
LEFT JOIN swept ON swept.unit_id = placed.unit_id
ORDER BY placed.url, placed.last_seen DESC
