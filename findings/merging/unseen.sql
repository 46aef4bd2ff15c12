-- What the sweep says of findings known before, in its units, that it did not see present. This is the one place where
-- a sweep says `gone`: the server itself answered, for exactly this place, that there is nothing (404, 410) or nothing
-- for anyone (401, 403), and nothing else was heard of the place in this sweep. All else is unknown: not met any more
-- in listings, down, throttled, or fetched with another content (a server may answer "not found" with status 200).
-- The state `gone` takes two such answers: views/sighting_states.sql.
INSERT INTO sightings BY NAME
WITH unseen AS (
    SELECT findings.finding_id, findings.url, ended.sweep_id, ended.ended_at, units.state AS unit_state, sweeps.kind
    FROM spool_end AS ended
    JOIN sweeps ON sweeps.sweep_id = ended.sweep_id
    JOIN units ON units.sweep_id = ended.sweep_id
    JOIN findings ON findings.unit_id = units.unit_id AND findings.first_seen < ended.ended_at
    ANTI JOIN sightings ON sightings.finding_id = findings.finding_id AND sightings.sweep_id = ended.sweep_id
), skipped AS (
    SELECT skips.url, min(skips.reason) AS reason, max(skips.skipped_at) AS skipped_at,
        bool_and(skips.reason IN ('not_found', 'access_denied')) AS is_negative
    FROM skips JOIN spool_end AS ended USING (sweep_id)
    WHERE skips.member = ''
    GROUP BY skips.url
), fetched AS (
    SELECT documents.url, max(documents.fetched_at) AS fetched_at
    FROM documents JOIN spool_end AS ended USING (sweep_id)
    GROUP BY documents.url
), answered AS (
    SELECT unseen.finding_id, unseen.sweep_id, unseen.kind,
        coalesce(skipped.is_negative, false) AND fetched.url IS NULL AS is_gone,
        coalesce(fetched.fetched_at, skipped.skipped_at, unseen.ended_at) AS seen_at,
        CASE
            WHEN fetched.url IS NOT NULL THEN 'fetched_without_match'
            WHEN skipped.url IS NOT NULL THEN skipped.reason
            WHEN unseen.unit_state <> 'finished' THEN 'unit_' || unseen.unit_state
            ELSE 'not_met'
        END AS basis
    FROM unseen
    LEFT JOIN skipped ON skipped.url = unseen.url
    LEFT JOIN fetched ON fetched.url = unseen.url
)
SELECT finding_id, sweep_id, CASE WHEN is_gone THEN 'gone' ELSE 'unknown' END AS presence, basis, seen_at
FROM answered
-- A recheck or a tip-off asks for single places; what it did not ask for, it says nothing of.
WHERE kind = 'sweep' OR basis <> 'not_met';
