-- A sweep that could not tell neither ends nor begins a state.
CREATE OR REPLACE VIEW bucket_states AS
WITH latest AS (
    SELECT * FROM bucket_history
    QUALIFY row_number() OVER (PARTITION BY bucket_id ORDER BY sweep_started_at DESC, sweep_id DESC) = 1
), known AS (
    SELECT bucket_id, arg_max(state, (sweep_started_at, sweep_id)) AS state, max(seen_at) AS seen_at,
        max(seen_at) FILTER (state_before IS DISTINCT FROM state) AS since
    FROM bucket_history WHERE state <> 'unknown' GROUP BY bucket_id
), first_told AS (
    SELECT bucket_id, min(seen_at) AS seen_at FROM buckets GROUP BY bucket_id
), held AS (
    SELECT told.bucket_id, count(DISTINCT findings.letter_id) FILTER (findings.verdict = 'known_letter') AS letters,
        count(DISTINCT findings.finding_id) AS findings
    FROM (SELECT DISTINCT bucket_id, unit_id FROM buckets) AS told
    JOIN findings ON findings.unit_id = told.unit_id
    GROUP BY told.bucket_id
)
SELECT latest.bucket_id, latest.url, latest.provider, latest.name, latest.account, latest.state,
    known.state AS known_state, known.since, known.seen_at AS known_at,
    latest.exists, latest.account_exists, latest.listable, latest.readable, latest.known_key_readable,
    latest.acl_readable, latest.versions_visible, latest.requester_pays, latest.public_access_blocked, latest.disabled,
    latest.website, latest.website_url, latest.rights, latest.region, latest.endpoint,
    latest.account_id, latest.owner_id, latest.tenant_id, latest.found_by,
    -- What a letter of ours in it adds: bucket_probes/attribution.py has the points. A supplier's bucket stays another's.
    CASE
        WHEN coalesce(held.letters, 0) = 0 THEN latest.score
        WHEN list_has_any(latest.reasons, ['tenant_of_another', 'account_of_another', 'owner_of_another'])
        THEN greatest(latest.score, 75)
        ELSE greatest(latest.score, 90)
    END AS score,
    CASE WHEN held.letters > 0 THEN list_prepend('known_letters', latest.reasons) ELSE latest.reasons END AS reasons,
    coalesce(held.letters, 0) AS letters, coalesce(held.findings, 0) AS findings,
    latest.unit_ids, first_told.seen_at AS first_seen, latest.seen_at, latest.sweep_id
FROM latest
JOIN first_told ON first_told.bucket_id = latest.bucket_id
LEFT JOIN known ON known.bucket_id = latest.bucket_id
LEFT JOIN held ON held.bucket_id = latest.bucket_id;
COMMENT ON VIEW bucket_states IS 'What anyone can do at each bucket, as last asked, since when that is so, and whose it seems to be.';
COMMENT ON COLUMN bucket_states.state IS 'by the latest sweep that asked: listable, readable, absent, closed, not_listable, exists or unknown; the view bucket_history explains them';
COMMENT ON COLUMN bucket_states.known_state IS 'by the latest sweep that could tell';
COMMENT ON COLUMN bucket_states.since IS 'since when we have seen known_state without another in between; it may be older';
COMMENT ON COLUMN bucket_states.known_at IS 'when known_state was last seen';
COMMENT ON COLUMN bucket_states.score IS 'is it ours? 0 to 100; letters of ours that were found in it count';
COMMENT ON COLUMN bucket_states.reasons IS 'what the score rests on: known_letters first, then the weightiest';
COMMENT ON COLUMN bucket_states.letters IS 'letters of ours found in it so far, gone ones included';
COMMENT ON COLUMN bucket_states.findings IS 'findings in it so far, gone ones included';
COMMENT ON COLUMN bucket_states.first_seen IS 'when it was first asked about';
COMMENT ON COLUMN bucket_states.seen_at IS 'when it was last asked about';
