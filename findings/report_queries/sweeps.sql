-- What each sweep came to, oldest first.
WITH read_ AS (
    SELECT sweep_id, count(*) AS documents, count(*) FILTER (verdict = 'undetermined') AS undetermined
    FROM documents WHERE member = '' GROUP BY sweep_id
), left_out AS (
    -- A server that says that there is nothing, or lets nobody in, has answered.
    SELECT sweep_id, (sum(places) FILTER (reason NOT IN ('not_found', 'access_denied')))::BIGINT AS unseen,
        (sum(places) FILTER (reason IN ('not_found', 'access_denied')))::BIGINT AS refused
    FROM skips GROUP BY sweep_id
), looked AS (
    SELECT sweep_id, count(*) AS units, count(*) FILTER (state <> 'finished') AS units_unfinished
    FROM units GROUP BY sweep_id
)
SELECT sweeps.sweep_id, sweeps.kind, sweeps.state, sweeps.started_at, sweeps.ended_at, sweeps.organisation,
    sweeps.authority, sweeps.stray_version, coalesce(read_.documents, 0) AS documents,
    coalesce(read_.undetermined, 0) AS undetermined,
    coalesce(left_out.unseen, 0) AS unseen, coalesce(left_out.refused, 0) AS refused,
    coalesce(looked.units, 0) AS units, coalesce(looked.units_unfinished, 0) AS units_unfinished
FROM sweeps
LEFT JOIN read_ USING (sweep_id)
LEFT JOIN left_out USING (sweep_id)
LEFT JOIN looked USING (sweep_id)
ORDER BY sweeps.started_at, sweeps.sweep_id;
