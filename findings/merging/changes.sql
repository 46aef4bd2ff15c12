-- Where this sweep saw otherwise than those before, above all much less. A listing that is suddenly empty looks like an estate that
-- has been tidied up; only who knows the place can tell, so the sweep asks. A recheck or a tip-off sees single places.
-- A unit is held against the fewest that its latest healthy sweeps saw, so that what is emptied every evening or every
-- week is no surprise; a sweep that fell is not among them, so that it is not forgotten after one night.
-- The figures are a judgement, not measured.
CREATE OR REPLACE TEMP MACRO sweeps_remembered() AS 8;  -- sweeps: a nightly one sees each day of the week once
CREATE OR REPLACE TEMP MACRO sweeps_looked_at() AS 40;  -- sweeps: years of a million units each are not gone through
CREATE OR REPLACE TEMP MACRO fall_share() AS 0.5;       -- of what was seen at least; less than that is a fall
CREATE OR REPLACE TEMP MACRO fall_least() AS 20;        -- places: smaller falls are daily work of a small folder

CREATE OR REPLACE TEMP TABLE recent AS
SELECT sweeps.sweep_id, sweeps.started_at, sweeps.organisation, sweeps.sweep_id = ended.sweep_id AS is_now
FROM sweeps JOIN (SELECT sweeps.* FROM spool_end JOIN sweeps USING (sweep_id) WHERE kind = 'sweep') AS ended
    ON sweeps.kind = 'sweep' AND (sweeps.started_at, sweeps.sweep_id) <= (ended.started_at, ended.sweep_id)
    AND sweeps.organisation = ended.organisation
QUALIFY row_number() OVER (ORDER BY sweeps.started_at DESC, sweeps.sweep_id DESC) <= 1 + sweeps_looked_at();
-- As constants, so that only rows of these sweeps are read.
SET VARIABLE first_recent = (SELECT min(sweep_id) FROM recent);
SET VARIABLE last_recent = (SELECT max(sweep_id) FROM recent);

-- A unit that turned out large is cut into pieces, which are held against the whole, and it against them.
CREATE OR REPLACE TEMP TABLE counted AS
WITH pieces AS (
    SELECT coalesce(units.parent, units.unit_id) AS unit_id, units.state, recent.sweep_id, recent.started_at, recent.is_now,
        -- Older sweeps did not count what they met.
        seen.entries, coalesce(looked.documents, 0) + coalesce(seen.unchanged, 0) AS documents,
        coalesce(looked.skipped_by_reason['access_denied'], 0)::BIGINT AS refused,
        coalesce(looked.skipped_by_reason['truncated'], 0)::BIGINT AS truncated,
        coalesce(seen.limits, MAP {}::MAP(VARCHAR, UBIGINT)) AS limits
    FROM units
    JOIN recent ON recent.sweep_id = units.sweep_id
    LEFT JOIN unit_counts AS looked ON looked.sweep_id = units.sweep_id AND looked.unit_id = units.unit_id
        AND looked.sweep_id BETWEEN getvariable('first_recent') AND getvariable('last_recent')
    LEFT JOIN unit_reach AS seen ON seen.sweep_id = units.sweep_id AND seen.unit_id = units.unit_id
        AND seen.sweep_id BETWEEN getvariable('first_recent') AND getvariable('last_recent')
    WHERE units.sweep_id BETWEEN getvariable('first_recent') AND getvariable('last_recent')
), limited AS (
    SELECT unit_id, sweep_id, map(list(name ORDER BY name), list(places ORDER BY name)) AS limits
    FROM (
        SELECT unit_id, sweep_id, name, sum(limits[name])::UBIGINT AS places
        FROM (SELECT unit_id, sweep_id, limits, unnest(map_keys(limits)) AS name FROM pieces)
        GROUP BY ALL
    )
    GROUP BY ALL
), wholes AS (
    SELECT unit_id, sweep_id, started_at, is_now,
        CASE WHEN bool_and(state = 'finished') THEN 'finished' ELSE min(state) FILTER (state <> 'finished') END AS state,
        sum(entries)::BIGINT AS entries, sum(documents)::BIGINT AS documents, sum(refused)::BIGINT AS refused,
        sum(truncated)::BIGINT AS truncated
    FROM pieces
    SEMI JOIN (SELECT unit_id FROM pieces WHERE is_now) AS mine ON mine.unit_id = pieces.unit_id
    GROUP BY unit_id, sweep_id, started_at, is_now
)
SELECT wholes.*, coalesce(limited.limits, MAP {}::MAP(VARCHAR, UBIGINT)) AS limits
FROM wholes LEFT JOIN limited ON limited.unit_id = wholes.unit_id AND limited.sweep_id = wholes.sweep_id;

CREATE OR REPLACE TEMP TABLE fallen AS
WITH told AS (
    SELECT unit_id, sweep_id, started_at, is_now, 'entries' AS what, entries AS number FROM counted
    WHERE state = 'finished'
    UNION ALL BY NAME
    SELECT unit_id, sweep_id, started_at, is_now, 'documents' AS what, documents AS number FROM counted
    WHERE state = 'finished'
), healthy AS (
    SELECT told.* FROM told
    LEFT JOIN unit_changes AS fell ON fell.sweep_id = told.sweep_id AND fell.unit_id = told.unit_id
        AND fell.change = 'fell' AND fell.detail = told.what AND fell.is_suspicious
    LEFT JOIN reach_accepted AS accepted ON accepted.sweep_id = fell.sweep_id AND accepted.unit_id = fell.unit_id
    WHERE NOT told.is_now AND told.number IS NOT NULL AND (fell.sweep_id IS NULL OR accepted.unit_id IS NOT NULL)
    QUALIFY row_number() OVER (
        PARTITION BY told.unit_id, told.what ORDER BY told.started_at DESC, told.sweep_id DESC
    ) <= sweeps_remembered()
), least AS (
    SELECT unit_id, what, min(number) AS before, arg_max(sweep_id, (started_at, sweep_id)) AS before_sweep,
        min(sweep_id) AS first_sweep
    FROM healthy GROUP BY ALL
)
SELECT told.sweep_id, told.unit_id, told.what, least.before, told.number AS now, least.before_sweep, least.first_sweep
FROM told JOIN least ON least.unit_id = told.unit_id AND least.what = told.what
WHERE told.is_now AND told.number < fall_share() * least.before AND least.before - told.number >= fall_least();

-- Of the places that healthy sweeps met and this one did not: those that the server itself said are not there, or whose
-- folder is not.
CREATE OR REPLACE TEMP TABLE said_gone AS
SELECT skips.unit_id, skips.url FROM skips
JOIN spool_end AS ended ON ended.sweep_id = skips.sweep_id
SEMI JOIN fallen ON fallen.unit_id = skips.unit_id
WHERE skips.reason = 'not_found' AND skips.member = '';

CREATE OR REPLACE TEMP TABLE explained AS
WITH missed AS (
    SELECT DISTINCT entries.unit_id, entries.url, string_split(split_part(entries.url, '?', 1), '/') AS parts,
        entries.outcome
    FROM entries JOIN fallen ON fallen.unit_id = entries.unit_id
    WHERE entries.last_sweep >= fallen.first_sweep AND (entries.last_sweep <> fallen.sweep_id OR entries.outcome = 'skipped')
), above AS (
    SELECT missed.unit_id, missed.url, array_to_string(missed.parts[1:depth], '/') || '/' AS folder
    FROM missed, unnest(range(3, len(missed.parts))) AS depths(depth)
)
SELECT unit_id, count(DISTINCT url) AS places
FROM (
    SELECT unit_id, url FROM missed SEMI JOIN said_gone USING (unit_id, url)
    UNION ALL
    SELECT above.unit_id, above.url FROM above
    SEMI JOIN said_gone ON said_gone.unit_id = above.unit_id AND said_gone.url = above.folder
)
GROUP BY unit_id;

INSERT INTO unit_changes BY NAME
SELECT fallen.* EXCLUDE (first_sweep, what), 'fell' AS change, fallen.what AS detail,
    coalesce(explained.places, 0) AS explained,
    fallen.now + coalesce(explained.places, 0) < fall_share() * fallen.before
        AND fallen.before - fallen.now - coalesce(explained.places, 0) >= fall_least() AS is_suspicious
FROM fallen LEFT JOIN explained ON explained.unit_id = fallen.unit_id;

-- What else is otherwise than in the unit's sweep before.
INSERT INTO unit_changes BY NAME
WITH compared AS (
    SELECT *, lag(sweep_id) OVER unit_before AS before_sweep, lag(state) OVER unit_before AS state_before,
        lag(documents) OVER unit_before AS documents_before, lag(truncated) OVER unit_before AS truncated_before,
        lag(limits) OVER unit_before AS limits_before
    FROM counted
    WINDOW unit_before AS (PARTITION BY unit_id ORDER BY started_at, sweep_id)
    QUALIFY is_now AND lag(sweep_id) OVER unit_before IS NOT NULL
), left_out AS (
    -- Held against the sweep before that had one of these units: two scopes in one database take turns.
    SELECT units.unit_id, units.kind, units.sweep_id AS before_sweep, units.sweep_id
    FROM units
    WHERE units.sweep_id = (SELECT arg_max(before_sweep, before_sweep) FROM compared)
        AND units.parent IS NULL AND units.unit_id NOT IN (SELECT unit_id FROM counted WHERE is_now)
), told AS (
    SELECT sweep_id, unit_id, 'refuses' AS change, 'access_denied' AS detail, documents_before AS before,
        documents AS now, before_sweep
    FROM compared WHERE documents_before > 0 AND documents = 0 AND refused > 0
    UNION ALL BY NAME
    SELECT sweep_id, unit_id, 'truncated' AS change, 'truncated' AS detail, truncated_before AS before,
        truncated AS now, before_sweep
    FROM compared WHERE truncated > truncated_before
    UNION ALL BY NAME
    SELECT sweep_id, unit_id, 'limit' AS change, detail, 0 AS before, limits[detail]::BIGINT AS now, before_sweep
    FROM (SELECT *, unnest(map_keys(limits)) AS detail FROM compared)
    WHERE NOT list_contains(map_keys(limits_before), detail)
    UNION ALL BY NAME
    SELECT sweep_id, unit_id, 'broke' AS change, state AS detail, documents_before AS before, documents AS now,
        before_sweep
    FROM compared WHERE state_before = 'finished' AND state <> 'finished'
    UNION ALL BY NAME
    SELECT sweep_id, unit_id, 'back' AS change, state_before AS detail, documents_before AS before, documents AS now,
        before_sweep
    FROM compared WHERE state_before <> 'finished' AND state = 'finished'
    UNION ALL BY NAME
    SELECT (SELECT sweep_id FROM recent WHERE is_now) AS sweep_id, left_out.unit_id, 'left_scope' AS change,
        left_out.kind AS detail, coalesce(looked.documents, 0) AS before, 0 AS now, left_out.before_sweep
    FROM left_out
    LEFT JOIN unit_counts AS looked ON looked.sweep_id = left_out.before_sweep AND looked.unit_id = left_out.unit_id
)
SELECT told.*, 0 AS explained, false AS is_suspicious FROM told;

DROP TABLE recent; DROP TABLE counted; DROP TABLE fallen; DROP TABLE said_gone; DROP TABLE explained;
