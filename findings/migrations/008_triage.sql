-- Acts of triage beside decisions (notes, assignments, due dates), and what each act had before it: a decision about one
-- content says nothing of another. Rows from before are given what can be told of that; where it can not, the columns are
-- empty, and then no change of content is told from them.

ALTER TABLE triage_events ALTER COLUMN decision DROP NOT NULL;
ALTER TABLE triage_events ADD COLUMN act_id VARCHAR;
ALTER TABLE triage_events ADD COLUMN assigned_to VARCHAR;
ALTER TABLE triage_events ADD COLUMN due DATE;
ALTER TABLE triage_events ADD COLUMN without_due BOOLEAN;
ALTER TABLE triage_events ADD COLUMN reopened VARCHAR;
ALTER TABLE triage_events ADD COLUMN sha256 VARCHAR;
ALTER TABLE triage_events ADD COLUMN verdict VARCHAR;
ALTER TABLE triage_events ADD COLUMN containment DOUBLE;
ALTER TABLE triage_events ADD COLUMN last_seen TIMESTAMPTZ;

COMMENT ON TABLE triage_events IS 'What people did with findings: decisions, notes, assignments, due dates. Rows are only ever added; of each kind the latest counts (view triage_standing).';
COMMENT ON COLUMN triage_events.event_number IS 'order of the events, as they were recorded; clocks have no say in it';
COMMENT ON COLUMN triage_events.decision IS 'to_triage, confirmed, false_positive, accepted_until, reported, taken_down or closed; empty where nothing was decided: a note, an assignment, a due date';
COMMENT ON COLUMN triage_events.decided_by IS 'who did it; stray where a sweep reopened it';
COMMENT ON COLUMN triage_events.act_id IS 'one act on many findings has one id; an act sent twice is recorded once';
COMMENT ON COLUMN triage_events.assigned_to IS 'who is to see to it from here on; an empty text takes it off everybody; empty column: unchanged';
COMMENT ON COLUMN triage_events.due IS 'day by which it is to be dealt with, from here on; empty: unchanged';
COMMENT ON COLUMN triage_events.without_due IS 'true where the due day was taken away';
COMMENT ON COLUMN triage_events.reopened IS 'why a sweep reopened it: expired, content_changed, stronger_verdict, seen_again; empty where a person acted';
COMMENT ON COLUMN triage_events.sha256 IS 'the finding''s digest when this was recorded';
COMMENT ON COLUMN triage_events.verdict IS 'the finding''s verdict when this was recorded';
COMMENT ON COLUMN triage_events.containment IS 'share of the letter when this was recorded, 0 to 1';
COMMENT ON COLUMN triage_events.last_seen IS 'when the finding had last been seen present when this was recorded';

UPDATE triage_events SET act_id = 'before-008-' || event_number::VARCHAR, without_due = false;
UPDATE triage_events SET
    sha256 = known.sha256, verdict = known.verdict, containment = known.containment, last_seen = known.last_seen
FROM findings AS known
WHERE known.finding_id = triage_events.finding_id AND known.last_seen <= triage_events.decided_at;
-- Seen again since: the content of the time is that of the last one captured before.
UPDATE triage_events SET sha256 = captured.sha256
FROM (
    SELECT events.event_number, arg_max(evidence.sha256, evidence.captured_at) AS sha256
    FROM triage_events AS events
    JOIN evidence ON evidence.finding_id = events.finding_id AND evidence.captured_at <= events.decided_at
    WHERE events.sha256 IS NULL
    GROUP BY events.event_number
) AS captured
WHERE captured.event_number = triage_events.event_number;
