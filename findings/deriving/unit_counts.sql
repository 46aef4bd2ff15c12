-- Of the units in `touched_units`: documents and skips of a unit come with it, all at once; its rows of listings become
-- those of a later sweep that meets them again.
CREATE OR REPLACE TEMP TABLE counted_units AS
WITH looked AS (
    SELECT sweep_id, unit_id, count(*) AS documents, count(*) FILTER (verdict = 'undetermined') AS undetermined
    FROM documents WHERE member = '' AND sweep_id IN (SELECT sweep_id FROM touched_units)
    GROUP BY sweep_id, unit_id
), left_out AS (
    SELECT sweep_id, unit_id, sum(places)::BIGINT AS skipped,
        map(list(reason ORDER BY reason), list(places ORDER BY reason)) AS skipped_by_reason
    FROM (
        SELECT sweep_id, unit_id, reason, sum(places)::UBIGINT AS places FROM skips
        WHERE sweep_id IN (SELECT sweep_id FROM touched_units)
        GROUP BY ALL
    )
    GROUP BY sweep_id, unit_id
), listed AS (
    SELECT last_sweep AS sweep_id, unit_id, count(*) AS not_selected FROM entries
    WHERE outcome = 'not_selected' AND last_sweep IN (SELECT sweep_id FROM touched_units)
    GROUP BY ALL
)
-- Of a sweep whose documents and skips have been purged stays what was counted then.
SELECT sweep_id, unit_id,
    CASE WHEN is_purged THEN kept.documents ELSE coalesce(looked.documents, 0) END AS documents,
    CASE WHEN is_purged THEN kept.undetermined ELSE coalesce(looked.undetermined, 0) END AS undetermined,
    coalesce(listed.not_selected, 0) AS not_selected,
    CASE WHEN is_purged THEN kept.skipped ELSE coalesce(left_out.skipped, 0) END AS skipped,
    CASE
        WHEN is_purged THEN kept.skipped_by_reason
        ELSE coalesce(left_out.skipped_by_reason, MAP {}::MAP(VARCHAR, UBIGINT))
    END AS skipped_by_reason
FROM (
    SELECT DISTINCT sweep_id, unit_id, sweep_id IN (SELECT sweep_id FROM purged_sweeps) AS is_purged FROM touched_units
) AS units
LEFT JOIN looked USING (sweep_id, unit_id)
LEFT JOIN left_out USING (sweep_id, unit_id)
LEFT JOIN listed USING (sweep_id, unit_id)
LEFT JOIN unit_counts AS kept USING (sweep_id, unit_id)
WHERE NOT is_purged OR kept.unit_id IS NOT NULL;

DELETE FROM unit_counts USING counted_units AS counted
WHERE unit_counts.sweep_id = counted.sweep_id AND unit_counts.unit_id = counted.unit_id;
INSERT INTO unit_counts BY NAME SELECT * FROM counted_units ORDER BY sweep_id, unit_id;
DROP TABLE counted_units;
