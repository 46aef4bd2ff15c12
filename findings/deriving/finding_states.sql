-- Answers that have no state yet. Where one follows all that are known of its finding it needs only what was known; a
-- sweep that is merged late stands between others, and all answers of its findings are gone through again.
CREATE OR REPLACE TEMP TABLE unplaced AS
SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at, sightings.presence, sightings.basis, sightings.seen_at,
    coalesce(known.history, '') || upper(sightings.presence[1]) AS history, known.sweep_id AS after_sweep,
    CASE WHEN sightings.presence = 'gone' THEN sensible(sightings.seen_at, sweeps.started_at, known.present_at) END AS said_at,
    CASE WHEN sightings.presence = 'present' THEN sightings.seen_at ELSE known.present_at END AS present_at,
    CASE WHEN sightings.presence <> 'present' THEN least(known.denied_since, said_at) END AS denied_since,
    state_after(
        sightings.presence, coalesce(known.state = 'gone', false), coalesce(contains(known.history, 'P'), false),
        is_enough(sightings.presence, sightings.negatives, sightings.seen_at, known.denied_since)
    ) AS new_state,
    CASE WHEN new_state = 'reappeared' THEN sightings.seen_at ELSE known.reappeared_at END AS reappeared_at,
    coalesce(known.returns, 0) + (new_state = 'reappeared')::INTEGER AS returns,
    count(*) OVER (PARTITION BY sightings.finding_id) = 1
        AND (known.finding_id IS NULL
            OR (sweeps.started_at, sightings.sweep_id) > (known.sweep_started_at, known.sweep_id)) AS is_next
FROM sightings
JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id
LEFT JOIN finding_states AS known ON known.finding_id = sightings.finding_id
WHERE sightings.state IS NULL;

-- Between two times that it was present lies a stretch of other answers.
CREATE OR REPLACE TEMP TABLE replaced AS
WITH ordered AS (
    SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at, sightings.presence, sightings.basis,
        sightings.seen_at, sightings.negatives,
        string_agg(upper(sightings.presence[1]), '') OVER answers AS history,
        lag(sightings.sweep_id) OVER answers AS after_sweep,
        count(*) FILTER (sightings.presence = 'present') OVER answers AS stretch,
        arg_max(sightings.seen_at, (sweeps.started_at, sightings.sweep_id)) FILTER (sightings.presence = 'present')
            OVER answers AS present_at
    FROM sightings
    JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id
    SEMI JOIN (SELECT finding_id FROM unplaced WHERE NOT is_next) AS late ON late.finding_id = sightings.finding_id
    WINDOW answers AS (PARTITION BY sightings.finding_id ORDER BY sweeps.started_at, sightings.sweep_id)
), timed AS (
    SELECT *, CASE WHEN presence = 'gone' THEN sensible(seen_at, started_at, present_at) END AS said_at,
        min(said_at) OVER (PARTITION BY finding_id, stretch ORDER BY started_at, sweep_id) AS denied_since
    FROM ordered
), counted AS (
    SELECT *, bool_or(is_enough(presence, negatives, seen_at, denied_since))
        OVER (PARTITION BY finding_id, stretch ORDER BY started_at, sweep_id) AS is_gone
    FROM timed
), judged AS (
    SELECT *, state_after(
        presence, coalesce(lag(is_gone) OVER (PARTITION BY finding_id ORDER BY started_at, sweep_id), false),
        stretch > (presence = 'present')::INTEGER, is_gone
    ) AS state
    FROM counted
)
SELECT * EXCLUDE (negatives, stretch, said_at, is_gone),
    arg_max(seen_at, (started_at, sweep_id)) FILTER (state = 'reappeared') OVER (PARTITION BY finding_id) AS reappeared_at,
    (count(*) FILTER (state = 'reappeared') OVER (PARTITION BY finding_id))::INTEGER AS returns
FROM judged;

UPDATE sightings SET history = placed.history, state = placed.new_state, after_sweep = placed.after_sweep
FROM (SELECT finding_id, sweep_id, history, new_state, after_sweep FROM unplaced WHERE is_next) AS placed
WHERE sightings.state IS NULL AND sightings.finding_id = placed.finding_id AND sightings.sweep_id = placed.sweep_id;

UPDATE sightings SET history = placed.history, state = placed.state, after_sweep = placed.after_sweep
FROM replaced AS placed
WHERE sightings.finding_id = placed.finding_id AND sightings.sweep_id = placed.sweep_id
    AND (sightings.history, sightings.state, sightings.after_sweep)
    IS DISTINCT FROM (placed.history, placed.state, placed.after_sweep);

CREATE OR REPLACE TEMP TABLE latest_answers AS
SELECT finding_id, sweep_id, started_at, basis, seen_at, history, new_state AS state, reappeared_at, returns, present_at,
    denied_since
FROM unplaced WHERE is_next
UNION ALL BY NAME
SELECT finding_id, sweep_id, started_at, basis, seen_at, history, state, reappeared_at, returns, present_at, denied_since
FROM replaced
QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY started_at DESC, sweep_id DESC) = 1;

DELETE FROM finding_states WHERE finding_id IN (SELECT finding_id FROM latest_answers);
INSERT INTO finding_states BY NAME
SELECT finding_id, sweep_id, started_at AS sweep_started_at, state, basis, seen_at AS answered_at, history, reappeared_at,
    returns, present_at, denied_since, basis_words(basis) AS why
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

-- The negatives since it was last present, in words.
UPDATE finding_states SET why = told.why
FROM (
    WITH said AS (
        SELECT states.finding_id, states.state, states.basis, answers.sweep_id, answers.seen_at,
            coalesce(answers.negatives, [{'route': 'direct', 'answer': answers.basis, 'said_at': answers.seen_at}]) AS negatives
        FROM negated
        JOIN finding_states AS states ON states.finding_id = negated.finding_id AND states.denied_since IS NOT NULL
        JOIN (
            SELECT finding_id, sweep_id, seen_at, basis, negatives, history FROM sightings WHERE presence = 'gone'
        ) AS answers ON answers.finding_id = negated.finding_id
            AND NOT contains(substr(states.history, length(answers.history) + 1), 'P')
    ), each_way AS (
        SELECT finding_id, answer_words(way.route, way.answer) AS words, count(*) AS number, min(way.said_at) AS said_at
        FROM (SELECT finding_id, unnest(negatives) AS way FROM said) GROUP BY ALL
    ), ways AS (
        SELECT finding_id, string_agg(words || times_words(number), ', and ' ORDER BY said_at, words DESC) AS words
        FROM each_way GROUP BY finding_id
    ), ended AS (
        SELECT finding_id, any_value(state) AS state, any_value(basis) AS basis, count(*) AS sweeps,
            max(seen_at) - min(seen_at) AS span
        FROM said GROUP BY finding_id
    )
    SELECT ended.finding_id,
        CASE WHEN ended.state = 'gone' THEN '' ELSE 'said to be gone once, to be asked again: ' END || ways.words
            || CASE WHEN ended.sweeps > 1 THEN ', ' || span_words(ended.span) ELSE '' END
            || CASE WHEN states.history[-1] = 'U' THEN '; the latest answer: ' || basis_words(ended.basis) ELSE '' END AS why
    FROM ended
    JOIN ways ON ways.finding_id = ended.finding_id
    JOIN finding_states AS states ON states.finding_id = ended.finding_id
) AS told
WHERE finding_states.finding_id = told.finding_id AND finding_states.why IS DISTINCT FROM told.why;

DROP TABLE unplaced; DROP TABLE replaced; DROP TABLE latest_answers; DROP TABLE negated;
