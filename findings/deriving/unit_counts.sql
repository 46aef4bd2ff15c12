-- Of the units in `touched_units`, each with by how many its rows of listings that were not selected change: they become
-- a later sweep's, which meets them again. Documents and skips of a unit come with it, all at once, and are counted
-- then; what was counted of those that have been purged since stays.
CREATE OR REPLACE TEMP TABLE uncounted AS
SELECT DISTINCT sweep_id, unit_id FROM touched_units ANTI JOIN unit_counts USING (sweep_id, unit_id);
-- As constants, so that only rows of these sweeps are read.
SET VARIABLE first_uncounted = (SELECT min(sweep_id) FROM uncounted);
SET VARIABLE last_uncounted = (SELECT max(sweep_id) FROM uncounted);

CREATE OR REPLACE TEMP TABLE counted_units AS
WITH moved AS (
    SELECT sweep_id, unit_id, sum(not_selected)::BIGINT AS not_selected FROM touched_units GROUP BY ALL
), looked AS (
    SELECT sweep_id, unit_id, count(*) AS documents, count(*) FILTER (verdict = 'undetermined') AS undetermined
    FROM documents
    WHERE member = '' AND sweep_id BETWEEN getvariable('first_uncounted') AND getvariable('last_uncounted')
    GROUP BY ALL
), left_out AS (
    SELECT sweep_id, unit_id, sum(places)::BIGINT AS skipped,
        map(list(reason ORDER BY reason), list(places ORDER BY reason)) AS skipped_by_reason
    FROM (
        SELECT sweep_id, unit_id, reason, sum(places)::UBIGINT AS places FROM skips
        WHERE sweep_id BETWEEN getvariable('first_uncounted') AND getvariable('last_uncounted')
        GROUP BY ALL
    )
    GROUP BY ALL
), fresh AS (
    SELECT sweep_id, unit_id, coalesce(looked.documents, 0) AS documents, coalesce(looked.undetermined, 0) AS undetermined,
        coalesce(left_out.skipped, 0) AS skipped,
        coalesce(left_out.skipped_by_reason, MAP {}::MAP(VARCHAR, UBIGINT)) AS skipped_by_reason, 0 AS not_selected
    FROM uncounted
    LEFT JOIN looked USING (sweep_id, unit_id)
    LEFT JOIN left_out USING (sweep_id, unit_id)
), standing AS (
    SELECT * FROM fresh UNION ALL BY NAME SELECT * FROM unit_counts SEMI JOIN moved USING (sweep_id, unit_id)
)
SELECT standing.* REPLACE (standing.not_selected + moved.not_selected AS not_selected)
FROM standing JOIN moved USING (sweep_id, unit_id);

DELETE FROM unit_counts USING counted_units AS counted
WHERE unit_counts.sweep_id = counted.sweep_id AND unit_counts.unit_id = counted.unit_id;
INSERT INTO unit_counts BY NAME SELECT * FROM counted_units ORDER BY sweep_id, unit_id;
DROP TABLE counted_units; DROP TABLE uncounted;
