-- Each finding beside the one that had the same before it: the same bytes and letter anywhere, or the same part of the
-- same letter (as much of it, as much evidence) at the same supplier, or on the same host where none is named. One that
-- is no longer there when this one comes goes before one that still is: then the document was moved, or renamed.
-- Linear: a letter at a hundred places makes a hundred rows, not ten thousand.
CREATE OR REPLACE VIEW copies AS
WITH standing AS (
    SELECT findings.finding_id, findings.sha256, findings.letter_id, findings.verdict, findings.containment,
        findings.evidence, coalesce(findings.supplier, findings.host) AS holder, findings.first_seen,
        coalesce(states.present_at, findings.last_seen) AS last_seen, states.state IN ('gone', 'unknown') AS is_away
    FROM findings JOIN finding_states AS states ON states.finding_id = findings.finding_id
), happened AS (
    -- Each comes, and some leave; who comes when somebody leaves has come before.
    SELECT finding_id, sha256, letter_id, verdict, containment, evidence, holder, first_seen AS moment, true AS comes
    FROM standing
    UNION ALL
    SELECT finding_id, sha256, letter_id, verdict, containment, evidence, holder, last_seen, false FROM standing WHERE is_away
), paired AS (
    SELECT finding_id, comes, 'same_bytes' AS basis,
        lag(CASE WHEN comes THEN finding_id END IGNORE NULLS) OVER same_bytes AS copied,
        lag(CASE WHEN NOT comes THEN finding_id END IGNORE NULLS) OVER same_bytes AS moved
    FROM happened
    WINDOW same_bytes AS (PARTITION BY sha256, letter_id, verdict ORDER BY moment, comes DESC, finding_id)
    UNION ALL
    SELECT finding_id, comes, 'same_letter' AS basis,
        lag(CASE WHEN comes THEN finding_id END IGNORE NULLS) OVER same_letter AS copied,
        lag(CASE WHEN NOT comes THEN finding_id END IGNORE NULLS) OVER same_letter AS moved
    FROM happened WHERE letter_id IS NOT NULL
    WINDOW same_letter AS (PARTITION BY letter_id, holder, containment, evidence ORDER BY moment, comes DESC, finding_id)
), told AS (
    SELECT finding_id, moved IS NOT NULL AS is_moved, basis, coalesce(moved, copied) AS earlier_id
    FROM paired WHERE comes AND copied IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY is_moved DESC, basis) = 1
)
SELECT told.finding_id, told.earlier_id, if(told.is_moved, 'moved', 'copy') AS relation, told.basis,
    earlier.state AS earlier_state
FROM told JOIN finding_states AS earlier ON earlier.finding_id = told.earlier_id;
COMMENT ON VIEW copies IS 'Findings that came after another with the same content, one row each: moved from it, or a copy of it. Each is triaged for itself.';
COMMENT ON COLUMN copies.finding_id IS 'the finding that came later';
COMMENT ON COLUMN copies.earlier_id IS 'the finding that was there before; if moved, it is no longer seen there';
COMMENT ON COLUMN copies.relation IS 'moved (the earlier one was last seen before this one came, and is gone or unknown) or copy (it is still there, or was when this one came)';
COMMENT ON COLUMN copies.basis IS 'same_bytes, or same_letter: as much of the same letter, at the same supplier or host';
COMMENT ON COLUMN copies.earlier_state IS 'state of the earlier one: moved for sure where it is gone';
