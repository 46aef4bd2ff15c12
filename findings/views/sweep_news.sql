-- What a summary has to say of each finding, so that nothing goes unannounced because a summary was never told: the
-- database was held, or the process was killed. To tell twice is better than never, so a sweep counts as told only when
-- it has been recorded in `told_sweeps`.
--   new         no sweep before this one that answered for it was told, whatever this one saw
--   reappeared  it did so in this sweep, or since the last one that answered for it and was told
--   else        its state
CREATE OR REPLACE VIEW sweep_news AS
WITH answered AS (
    SELECT states.finding_id, states.sweep_id, states.sweep_started_at, states.state,
        count(told_sweeps.sweep_id) OVER (
            PARTITION BY states.finding_id ORDER BY states.sweep_started_at, states.sweep_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS told_before
    FROM sighting_states AS states LEFT JOIN told_sweeps ON told_sweeps.sweep_id = states.sweep_id
)
SELECT finding_id, sweep_id, sweep_started_at, state,
    CASE
        WHEN told_before = 0 THEN 'new'
        WHEN bool_or(state = 'reappeared') OVER (
            PARTITION BY finding_id, told_before ORDER BY sweep_started_at, sweep_id
        ) THEN 'reappeared'
        ELSE state
    END AS news
FROM answered;
COMMENT ON VIEW sweep_news IS 'What the summary of each sweep has to say of each finding that it answers for.';
COMMENT ON COLUMN sweep_news.news IS 'new, open, reappeared, unknown or gone, for who has heard only what was told';
