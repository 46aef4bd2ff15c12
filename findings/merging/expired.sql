-- Acceptances whose last day had passed when this sweep ended are reopened on record, whatever the sweep saw of them.
INSERT INTO triage_events (
    finding_id, decision, note, decided_by, decided_at, reopened, without_due, act_id, sha256, verdict, containment, last_seen
)
SELECT standing.finding_id, 'to_triage', '', 'stray', greatest(standing.decided_at, ended.ended_at), 'expired',
    false, 'sweep-' || ended.sweep_id, findings.sha256, findings.verdict, findings.containment, findings.last_seen
FROM triage_standing AS standing
JOIN findings ON findings.finding_id = standing.finding_id
CROSS JOIN spool_end AS ended
WHERE standing.decision = 'accepted_until' AND standing.reopened_at IS NULL
    AND standing.valid_until < (ended.ended_at AT TIME ZONE 'UTC')::DATE;
