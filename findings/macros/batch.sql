CREATE OR REPLACE MACRO batch(wanted) AS TABLE
SELECT status.severity, status.state, status.triage, status.verdict, status.letter_id, status.url, status.member, status.first_seen,
    status.last_seen, status.persons, status.supplier, status.incident_id,
    status.batch_id, status.finding_id
FROM finding_status AS status
WHERE starts_with(status.batch_id, lower(wanted)) OR starts_with(status.incident_id, lower(wanted))
ORDER BY status.settled, status.state = 'gone', status.url, status.member, status.letter_id;
COMMENT ON MACRO TABLE batch IS 'batch(''5b2a…''): every finding of one folder, by its batch_id or the beginning of it; an incident_id gives all of the incident.';
