CREATE OR REPLACE VIEW finding_status AS
WITH decided AS (
    SELECT findings.*, states.state, states.basis, states.answered_at, states.history, states.reappeared_at,
        standing.decision, standing.valid_until, coalesce(standing.triage, 'to_triage') AS triage, standing.reopened,
        standing.assigned_to, standing.due, coalesce(standing.latest_event, 0) AS latest_event
    FROM findings
    LEFT JOIN finding_states AS states ON states.finding_id = findings.finding_id
    LEFT JOIN triage_standing AS standing ON standing.finding_id = findings.finding_id
)
SELECT *, triage IN ('false_positive', 'accepted_until', 'closed') AS settled FROM decided;
COMMENT ON VIEW finding_status IS 'Every finding with its state and its triage, settled ones included.';
COMMENT ON COLUMN finding_status.decision IS 'the latest decision of a person, as it was made';
COMMENT ON COLUMN finding_status.latest_event IS 'number of the latest event of triage; 0 where there is none';
COMMENT ON COLUMN finding_status.triage IS 'the decision that holds (view triage_standing): to_triage where nobody has decided, or the latest no longer holds';
COMMENT ON COLUMN finding_status.settled IS 'true if a person has put it aside: false_positive, accepted_until, closed';
