-- What the sweep says of findings known before, in its units, that it did not see present. This is the one place where
-- a sweep says `gone`: the server itself answered, for exactly this place, that there is nothing (404, 410) or nothing
-- for anyone (401, 403), and nothing else was heard of the place in this sweep. All else is unknown: not met any more
-- in listings, down, throttled, or fetched with another content (a server may answer "not found" with status 200).
-- The state `gone` takes two such answers: deriving/rules.sql.
INSERT INTO sightings BY NAME
WITH unseen AS (
    SELECT findings.finding_id, findings.url, ended.sweep_id, ended.ended_at, units.unit_id, units.state AS unit_state,
        sweeps.kind
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
), not_begun AS (
    -- Where a unit begins nobody answered, or not all of it was read: that is why the rest was not met.
    SELECT skips.unit_id, min(skips.reason) AS reason
    FROM skips
    JOIN spool_end AS ended USING (sweep_id)
    JOIN units ON units.sweep_id = skips.sweep_id AND units.unit_id = skips.unit_id AND units.start_url = skips.url
    WHERE skips.member = ''
    GROUP BY skips.unit_id
), fetched AS (
    SELECT documents.url, max(documents.fetched_at) AS fetched_at
    FROM documents JOIN spool_end AS ended USING (sweep_id)
    GROUP BY documents.url
), answered AS (
    SELECT unseen.finding_id, unseen.sweep_id,
        -- A recheck or a tip-off asks for single places; what it did not ask for, it says nothing of.
        unseen.kind = 'sweep' OR fetched.url IS NOT NULL OR skipped.url IS NOT NULL
            OR unseen.unit_state <> 'finished' AS is_asked,
        coalesce(skipped.is_negative, false) AND fetched.url IS NULL AS is_gone,
        coalesce(fetched.fetched_at, skipped.skipped_at, unseen.ended_at) AS seen_at,
        CASE
            WHEN fetched.url IS NOT NULL THEN 'fetched_without_match'
            WHEN skipped.url IS NOT NULL THEN skipped.reason
            WHEN unseen.unit_state <> 'finished' THEN 'unit_' || unseen.unit_state
            ELSE coalesce(not_begun.reason, 'not_met')
        END AS basis
    FROM unseen
    LEFT JOIN skipped ON skipped.url = unseen.url
    LEFT JOIN fetched ON fetched.url = unseen.url
    LEFT JOIN not_begun ON not_begun.unit_id = unseen.unit_id
)
SELECT finding_id, sweep_id, CASE WHEN is_gone THEN 'gone' ELSE 'unknown' END AS presence, basis, seen_at
FROM answered
WHERE is_asked
ORDER BY finding_id;
