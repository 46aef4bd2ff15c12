-- Decisions that no longer hold for what was just seen are reopened on record, so that they stay open when the place
-- changes back. The rule stands in views/triage_standing.sql; expiry is looked at when a sweep ends: expired.sql.
INSERT INTO triage_events (
    finding_id, decision, note, decided_by, decided_at, reopened, without_due, act_id, sha256, verdict, containment, last_seen
)
SELECT standing.finding_id, 'to_triage', '', 'stray', greatest(standing.decided_at, seen.last_seen),
    coalesce(standing.reopened, 'seen_again'),
    false, 'sweep-' || seen.sweep_id, findings.sha256, findings.verdict, findings.containment, findings.last_seen
FROM triage_standing AS standing
JOIN (
    SELECT finding_id, sweep_id, last_seen FROM present UNION ALL SELECT finding_id, sweep_id, last_seen FROM confirmed
) AS seen ON seen.finding_id = standing.finding_id
JOIN findings ON findings.finding_id = standing.finding_id
WHERE standing.reopened_at IS NULL AND (
    standing.reopened IN ('content_changed', 'stronger_verdict', 'seen_again')
    -- A clock set back: what this sweep saw lies before what was seen earlier, and all the same after the decision.
    OR standing.reopened IS NULL AND standing.decision IN ('closed', 'taken_down')
        AND seen.last_seen > standing.decided_at
);
