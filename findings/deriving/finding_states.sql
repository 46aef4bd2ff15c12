-- Answers that have no state yet. Where one follows all that are known of its finding it needs only what was known; a
-- sweep that is merged late stands between others, and all answers of its findings are gone through again.
CREATE OR REPLACE TEMP TABLE unplaced AS
SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at, sightings.basis, sightings.seen_at,
    coalesce(known.history, '') || upper(sightings.presence[1]) AS history, known.reappeared_at, known.sweep_id AS after_sweep,
    count(*) OVER (PARTITION BY sightings.finding_id) = 1
        AND (known.finding_id IS NULL
            OR (sweeps.started_at, sightings.sweep_id) > (known.sweep_started_at, known.sweep_id)) AS is_next
FROM sightings
JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id
LEFT JOIN finding_states AS known ON known.finding_id = sightings.finding_id
WHERE sightings.state IS NULL;

CREATE OR REPLACE TEMP TABLE replaced AS
SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at, sightings.basis, sightings.seen_at,
    string_agg(upper(sightings.presence[1]), '') OVER answers AS history, lag(sightings.sweep_id) OVER answers AS after_sweep
FROM sightings
JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id
SEMI JOIN (SELECT finding_id FROM unplaced WHERE NOT is_next) AS late ON late.finding_id = sightings.finding_id
WINDOW answers AS (PARTITION BY sightings.finding_id ORDER BY sweeps.started_at, sightings.sweep_id);

UPDATE sightings SET history = placed.history, state = state_after(placed.history), after_sweep = placed.after_sweep
FROM (SELECT finding_id, sweep_id, history, after_sweep FROM unplaced WHERE is_next) AS placed
WHERE sightings.state IS NULL AND sightings.finding_id = placed.finding_id AND sightings.sweep_id = placed.sweep_id;

UPDATE sightings SET history = placed.history, state = state_after(placed.history), after_sweep = placed.after_sweep
FROM replaced AS placed
WHERE sightings.finding_id = placed.finding_id AND sightings.sweep_id = placed.sweep_id
    AND (sightings.history, sightings.after_sweep) IS DISTINCT FROM (placed.history, placed.after_sweep);

CREATE OR REPLACE TEMP TABLE latest_answers AS
SELECT finding_id, sweep_id, started_at, basis, seen_at, history, state_after(history) AS state,
    CASE WHEN state_after(history) = 'reappeared' THEN seen_at ELSE reappeared_at END AS reappeared_at
FROM unplaced WHERE is_next
UNION ALL
SELECT finding_id, sweep_id, started_at, basis, seen_at, history, state_after(history) AS state,
    arg_max(seen_at, (started_at, sweep_id)) FILTER (state_after(history) = 'reappeared')
        OVER (PARTITION BY finding_id) AS reappeared_at
FROM replaced
QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY started_at DESC, sweep_id DESC) = 1;

DELETE FROM finding_states WHERE finding_id IN (SELECT finding_id FROM latest_answers);
INSERT INTO finding_states BY NAME
SELECT finding_id, sweep_id, started_at AS sweep_started_at, state, basis, seen_at AS answered_at, history, reappeared_at
FROM latest_answers
ORDER BY finding_id;

-- A finding may have been seen again, or another negative may be the first one now.
CREATE OR REPLACE TEMP TABLE negated AS
SELECT finding_id FROM finding_states
WHERE contains(history, 'G') AND finding_id IN (FROM touched UNION SELECT finding_id FROM latest_answers);

UPDATE finding_states SET gone_at = ended.seen_at, gone_basis = ended.basis
FROM (
    SELECT negated.finding_id, min(answers.seen_at) AS seen_at,
        arg_min(answers.basis, (answers.seen_at, answers.basis)) AS basis
    FROM negated
    JOIN findings ON findings.finding_id = negated.finding_id
    LEFT JOIN (SELECT finding_id, seen_at, basis FROM sightings WHERE presence = 'gone') AS answers
        ON answers.finding_id = negated.finding_id AND answers.seen_at > findings.last_seen
    GROUP BY negated.finding_id
) AS ended
WHERE finding_states.finding_id = ended.finding_id
    AND (finding_states.gone_at, finding_states.gone_basis) IS DISTINCT FROM (ended.seen_at, ended.basis);

DROP TABLE unplaced; DROP TABLE replaced; DROP TABLE latest_answers; DROP TABLE negated;
