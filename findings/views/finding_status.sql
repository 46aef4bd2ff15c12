CREATE OR REPLACE VIEW finding_status AS
WITH decided AS (
    SELECT findings.*, states.state, states.basis, states.answered_at, states.history, states.reappeared_at,
        states.why, states.returns,
        standing.decision, standing.valid_until, coalesce(standing.triage, 'to_triage') AS triage, standing.reopened,
        standing.assigned_to, standing.due, coalesce(standing.latest_event, 0) AS latest_event,
        -- What nobody has judged is looked at early.
        coalesce(severities.severity, 'high') AS severity, coalesce(severities.points, 0) AS severity_points,
        coalesce(severities.reasons, ['not judged yet']) AS severity_reasons,
        coalesce(len(findings.person_ids), 0) AS persons
    FROM findings
    LEFT JOIN finding_states AS states ON states.finding_id = findings.finding_id
    LEFT JOIN finding_severities AS severities ON severities.finding_id = findings.finding_id
    LEFT JOIN triage_standing AS standing ON standing.finding_id = findings.finding_id
)
SELECT *, triage IN ('false_positive', 'accepted_until', 'closed') OR coalesce(canary = 'planted', false) AS settled FROM decided;
COMMENT ON VIEW finding_status IS 'Every finding with its state and its triage, settled ones included.';
COMMENT ON COLUMN finding_status.severity IS 'critical, high, medium or low, by the rules that hold (severity_rules)';
COMMENT ON COLUMN finding_status.severity_points IS 'sum of the rules that hold';
COMMENT ON COLUMN finding_status.severity_reasons IS 'why: bounds first, then each rule that holds with its points';
COMMENT ON COLUMN finding_status.persons IS 'registered people of the letter; 0 where it is not known whose it is';
COMMENT ON COLUMN finding_status.decision IS 'the latest decision of a person, as it was made';
COMMENT ON COLUMN finding_status.latest_event IS 'number of the latest event of triage; 0 where there is none';
COMMENT ON COLUMN finding_status.triage IS 'the decision that holds (view triage_standing): to_triage where nobody has decided, or the latest no longer holds';
COMMENT ON COLUMN finding_status.settled IS 'true if a person has put it aside (false_positive, accepted_until, closed), or put it there: a planted canary letter';
