-- What a summary has to say of each finding, so that nothing goes unannounced because a summary was never told: the
-- database was held, or the process was killed. To tell twice is better than never, so a sweep counts as told only when
-- it has been recorded in `told_sweeps`.
--   new         no sweep before this one that answered for it was told, whatever this one saw
--   reappeared  it did so in this sweep, or since the last one that answered for it and was told
--   else        its state
-- Where the sweep itself and the one before it were told, that is its state; only the others, few and late, need to be
-- followed back to the last that was told.
CREATE OR REPLACE VIEW sweep_news AS
WITH answers AS (
    SELECT finding_id, sweep_id, state, after_sweep, sweep_id IN (SELECT sweep_id FROM told_sweeps) AS is_told,
        coalesce(after_sweep IN (SELECT sweep_id FROM told_sweeps), true) AS is_first_since
    FROM sightings
), followed AS (
    SELECT answers.*, sweeps.started_at,
        count(*) FILTER (is_first_since) OVER (
            PARTITION BY finding_id ORDER BY sweeps.started_at, answers.sweep_id
        ) AS since
    FROM answers JOIN sweeps ON sweeps.sweep_id = answers.sweep_id
    WHERE NOT (is_told AND is_first_since)
), news AS (
    SELECT finding_id, sweep_id, state,
        CASE
            WHEN bool_or(after_sweep IS NULL) OVER since_told THEN 'new'
            WHEN bool_or(state = 'reappeared') OVER since_told THEN 'reappeared'
            ELSE state
        END AS news
    FROM followed
    WINDOW since_told AS (PARTITION BY finding_id, since ORDER BY started_at, sweep_id)
    UNION ALL
    SELECT finding_id, sweep_id, state, CASE WHEN after_sweep IS NULL THEN 'new' ELSE state END FROM answers
    WHERE is_told AND is_first_since
)
SELECT news.finding_id, news.sweep_id, sweeps.started_at AS sweep_started_at, news.state, news.news
FROM news JOIN sweeps ON sweeps.sweep_id = news.sweep_id;
COMMENT ON VIEW sweep_news IS 'What the summary of each sweep has to say of each finding that it answers for.';
COMMENT ON COLUMN sweep_news.news IS 'new, open, reappeared, unknown or gone, for who has heard only what was told';
