-- What each unit met, while its rows can still be counted by unit.
INSERT INTO unit_reach BY NAME
WITH met AS (
    SELECT unit_id, count(DISTINCT url) AS entries, count(DISTINCT url) FILTER (unchanged IS NOT NULL) AS unchanged
    FROM spool_entries GROUP BY unit_id
), cut_short AS (
    SELECT unit_id, map(list(detail ORDER BY detail), list(places ORDER BY detail)) AS limits
    FROM (
        SELECT unit_id, detail, sum(coalesce(places, 1))::UBIGINT AS places FROM spool_skips
        WHERE reason = 'budget_spent' GROUP BY ALL
    )
    GROUP BY unit_id
)
SELECT units.sweep_id, units.unit_id, coalesce(met.entries, 0) AS entries,
    coalesce(met.unchanged, 0) AS unchanged,
    coalesce(cut_short.limits, MAP {}::MAP(VARCHAR, UBIGINT)) AS limits
FROM spool_units AS units
LEFT JOIN met ON met.unit_id = units.unit_id
LEFT JOIN cut_short ON cut_short.unit_id = units.unit_id;
