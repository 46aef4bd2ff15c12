CREATE OR REPLACE MACRO timeline(wanted) AS TABLE
WITH concerned AS (
    SELECT finding_id, letter_id FROM findings
    WHERE letter_id = wanted OR starts_with(incident_id, lower(wanted)) OR starts_with(finding_id, lower(wanted))
)
SELECT * FROM (
    SELECT min(answers.seen_at) AS moment, answers.state AS what, count(*) AS findings,
        count(DISTINCT concerned.letter_id) AS letters, list(DISTINCT answers.basis ORDER BY answers.basis) AS basis,
        NULL AS who, answers.sweep_id
    FROM concerned JOIN sightings AS answers ON answers.finding_id = concerned.finding_id
    GROUP BY answers.sweep_id, answers.state
    UNION ALL BY NAME
    SELECT events.decided_at AS moment, coalesce(events.decision, 'note') AS what, count(*) AS findings,
        count(DISTINCT concerned.letter_id) AS letters, events.decided_by AS who
    FROM concerned JOIN triage_events AS events ON events.finding_id = concerned.finding_id
    GROUP BY ALL
)
ORDER BY moment, what;
COMMENT ON MACRO TABLE timeline IS 'timeline(''5b2a…''): what happened when, of an incident, a letter or a finding: what each sweep answered and what people decided, oldest first.';
