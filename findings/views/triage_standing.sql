-- The one place that says which decision holds. The latest recorded counts, by its number: clocks can be set back. It
-- holds until one of these, which `merging/reopened.sql` and `merging/expired.sql` also put on record:
--   stronger_verdict  an acceptance or a false positive was of a weaker verdict, or of a tenth less of the letter
--   content_changed   an acceptance was of another content
--   seen_again        what was closed or taken down was seen present afterwards
--   expired           the last day of an acceptance has passed
CREATE OR REPLACE VIEW triage_standing AS
WITH told AS (
    SELECT finding_id,
        arg_max({
            'number': event_number, 'decision': decision, 'valid_until': valid_until, 'decided_at': decided_at,
            'decided_by': decided_by, 'note': note, 'sha256': sha256, 'verdict': verdict, 'containment': containment,
            'last_seen': last_seen
        }, event_number) FILTER (decision IS NOT NULL AND reopened IS NULL) AS latest,
        arg_max({'number': event_number, 'why': reopened, 'at': decided_at}, event_number)
            FILTER (reopened IS NOT NULL) AS undone,
        nullif(arg_max(assigned_to, event_number), '') AS assigned_to,
        arg_max({'day': due}, event_number) FILTER (due IS NOT NULL OR without_due) AS due,
        max(event_number) AS latest_event, count(*) AS events
    FROM triage_events
    GROUP BY finding_id
), weighed AS (
    SELECT told.*,
        CASE
            WHEN undone.number > latest.number THEN undone.why
            WHEN latest.decision IN ('accepted_until', 'false_positive') AND (
                list_position(['same_template', 'shared_passage', 'known_letter'], findings.verdict)
                    > list_position(['same_template', 'shared_passage', 'known_letter'], latest.verdict)
                OR findings.verdict = latest.verdict AND findings.containment >= latest.containment + 0.1
            ) THEN 'stronger_verdict'
            WHEN latest.decision = 'accepted_until' AND findings.sha256 <> latest.sha256 THEN 'content_changed'
            WHEN latest.decision IN ('closed', 'taken_down') AND (
                findings.last_seen > greatest(latest.decided_at, latest.last_seen)
                -- Decided by a clock that ran ahead: whatever was seen since may have been seen afterwards.
                OR latest.decided_at > now() AND findings.last_seen > latest.last_seen
            ) THEN 'seen_again'
            WHEN latest.decision = 'accepted_until' AND latest.valid_until < (now() AT TIME ZONE 'UTC')::DATE
                THEN 'expired'
        END AS reopened
    FROM told JOIN findings ON findings.finding_id = told.finding_id
)
SELECT finding_id, latest.decision AS decision,
    CASE WHEN reopened IS NULL THEN coalesce(latest.decision, 'to_triage') ELSE 'to_triage' END AS triage,
    reopened, CASE WHEN undone.number > latest.number THEN undone."at" END AS reopened_at,
    latest.valid_until AS valid_until, assigned_to, due."day" AS due, latest.decided_at AS decided_at,
    latest.decided_by AS decided_by, latest.note AS note, latest_event, events
FROM weighed;
COMMENT ON VIEW triage_standing IS 'What holds of all that people did with a finding; one row for each finding with an event.';
COMMENT ON COLUMN triage_standing.decision IS 'the latest decision of a person, as it was made; empty where nobody has decided';
COMMENT ON COLUMN triage_standing.triage IS 'the decision that holds: to_triage where nobody has decided, or the latest no longer holds';
COMMENT ON COLUMN triage_standing.reopened IS 'why the latest decision no longer holds: expired, content_changed, stronger_verdict, seen_again; empty where it does';
COMMENT ON COLUMN triage_standing.reopened_at IS 'when a sweep put that on record; empty until one does';
COMMENT ON COLUMN triage_standing.assigned_to IS 'who is to see to it; empty where nobody is named';
COMMENT ON COLUMN triage_standing.due IS 'day by which it is to be dealt with';
COMMENT ON COLUMN triage_standing.decided_at IS 'when the latest decision was made';
COMMENT ON COLUMN triage_standing.decided_by IS 'who made it';
COMMENT ON COLUMN triage_standing.note IS 'the note of the latest decision';
COMMENT ON COLUMN triage_standing.latest_event IS 'number of the latest event of any kind';
COMMENT ON COLUMN triage_standing.events IS 'events of all kinds';
