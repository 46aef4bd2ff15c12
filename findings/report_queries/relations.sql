-- What one finding is to others with the same content (view `copies` pairs all of them), the latest first; what it was
-- moved from before all.
WITH standing AS (
    SELECT findings.finding_id, findings.sha256, findings.letter_id, findings.verdict, findings.containment,
        findings.evidence, coalesce(findings.supplier, findings.host) AS holder, findings.first_seen,
        coalesce(states.present_at, findings.last_seen) AS last_seen, states.state IN ('gone', 'unknown') AS is_away
    FROM findings JOIN finding_states AS states ON states.finding_id = findings.finding_id
    WHERE findings.sha256 = $sha256 OR findings.letter_id = $letter_id
), this AS (
    SELECT * FROM standing WHERE finding_id = $finding_id
), related AS (
    SELECT others.finding_id AS other_id, others.last_seen,
        CASE
            WHEN others.is_away AND others.last_seen < this.first_seen THEN 'moved_from'
            WHEN this.is_away AND this.last_seen < others.first_seen THEN 'moved_to'
            ELSE 'copy'
        END AS relation,
        if(others.sha256 = this.sha256, 'same_bytes', 'same_letter') AS basis
    FROM standing AS others JOIN this ON others.finding_id <> this.finding_id
        AND others.letter_id IS NOT DISTINCT FROM this.letter_id AND others.verdict = this.verdict
    WHERE others.sha256 = this.sha256
        OR others.letter_id IS NOT NULL AND others.holder = this.holder AND others.containment = this.containment
            AND others.evidence = this.evidence
)
SELECT relation, other_id, basis FROM related
ORDER BY list_position(['moved_from', 'moved_to', 'copy'], relation), last_seen DESC, other_id
LIMIT $most;
