-- One act of one person on all findings in `decided`, with what they were at that moment.
INSERT INTO triage_events (
    finding_id, decision, note, decided_by, decided_at, valid_until, assigned_to, due, without_due, act_id,
    sha256, verdict, containment, last_seen
)
SELECT findings.finding_id, act.decision, act.note, act.decided_by, act.decided_at, act.valid_until, act.assigned_to,
    act.due, act.without_due, act.act_id, findings.sha256, findings.verdict, findings.containment, findings.last_seen
FROM decided
JOIN findings ON findings.finding_id = decided.finding_id
CROSS JOIN act
ORDER BY decided.place;
