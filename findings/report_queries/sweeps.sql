-- What each sweep came to, oldest first.
WITH read_ AS (
    SELECT sweep_id, count(*) AS documents, count(*) FILTER (verdict = 'undetermined') AS undetermined
    FROM documents WHERE member = '' GROUP BY sweep_id
), left_out AS (
    SELECT sweep_id, sum(places)::BIGINT AS skipped FROM skips GROUP BY sweep_id
), looked AS (
    SELECT sweep_id, count(*) AS units, count(*) FILTER (state <> 'finished') AS units_unfinished
    FROM units GROUP BY sweep_id
)
SELECT sweeps.sweep_id, sweeps.kind, sweeps.state, sweeps.started_at, sweeps.ended_at, sweeps.organisation,
    sweeps.authority, sweeps.stray_version, coalesce(read_.documents, 0) AS documents,
    coalesce(read_.undetermined, 0) AS undetermined, coalesce(left_out.skipped, 0) AS skipped,
    coalesce(looked.units, 0) AS units, coalesce(looked.units_unfinished, 0) AS units_unfinished
FROM sweeps
LEFT JOIN read_ USING (sweep_id)
LEFT JOIN left_out USING (sweep_id)
LEFT JOIN looked USING (sweep_id)
ORDER BY sweeps.started_at, sweeps.sweep_id;
