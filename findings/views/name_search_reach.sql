CREATE OR REPLACE VIEW name_search_reach AS
SELECT sweep_id, sweeps.started_at AS sweep_started_at, provider, sum(candidates)::BIGINT AS candidates,
    sum(existing)::BIGINT AS existing, sum(absent)::BIGINT AS absent, sum(unknown)::BIGINT AS unknown,
    CASE WHEN sum(candidates) = 0 THEN 1.0 ELSE sum(existing + absent) / sum(candidates) END AS trusted_share,
    sum(requests)::BIGINT AS requests, sum(lies)::BIGINT AS lies, sum(throttled)::BIGINT AS throttled,
    sum(seconds) AS seconds
FROM name_searches JOIN sweeps USING (sweep_id)
GROUP BY sweep_id, sweeps.started_at, provider;
COMMENT ON VIEW name_search_reach IS 'How far each sweep''s search for names came at each provider. A sweep that leaves names unknown is incomplete.';
COMMENT ON COLUMN name_search_reach.sweep_started_at IS 'when the sweep began';
COMMENT ON COLUMN name_search_reach.trusted_share IS 'part of the names that got an answer that counts, 0 to 1';
