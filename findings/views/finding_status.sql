CREATE OR REPLACE VIEW finding_status AS
WITH latest_state AS (
    SELECT * FROM sighting_states
    QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY sweep_started_at DESC, sweep_id DESC) = 1
), latest_triage AS (
    SELECT * FROM triage_events
    QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY decided_at DESC, event_number DESC) = 1
), decided AS (
    SELECT findings.*, latest_state.state, latest_state.basis, latest_state.seen_at AS answered_at, latest_state.history,
        latest_triage.decision, latest_triage.valid_until,
        CASE
            WHEN latest_triage.decision IS NULL THEN 'to_triage'
            WHEN latest_triage.decision = 'accepted_until'
                AND latest_triage.valid_until < (now() AT TIME ZONE 'UTC')::DATE THEN 'to_triage'
            WHEN latest_triage.decision IN ('closed', 'taken_down')
                AND findings.last_seen > latest_triage.decided_at THEN 'to_triage'
            ELSE latest_triage.decision
        END AS triage
    FROM findings
    LEFT JOIN latest_state ON latest_state.finding_id = findings.finding_id
    LEFT JOIN latest_triage ON latest_triage.finding_id = findings.finding_id
)
SELECT *, triage IN ('false_positive', 'accepted_until', 'closed') AS settled FROM decided;
COMMENT ON VIEW finding_status IS 'Every finding with its state and its triage, settled ones included.';
COMMENT ON COLUMN finding_status.state IS 'new, open, reappeared, unknown or gone, after the latest sweep that could tell';
COMMENT ON COLUMN finding_status.basis IS 'what the latest answer rests on';
COMMENT ON COLUMN finding_status.answered_at IS 'when the latest answer was had';
COMMENT ON COLUMN finding_status.history IS 'answers, oldest first: P present, G gone, U unknown';
COMMENT ON COLUMN finding_status.decision IS 'the latest decision, as it was made';
COMMENT ON COLUMN finding_status.triage IS 'the decision that holds: an expired acceptance, or a closed finding seen again, is to_triage';
COMMENT ON COLUMN finding_status.settled IS 'true if a person has put it aside: false_positive, accepted_until, closed';
