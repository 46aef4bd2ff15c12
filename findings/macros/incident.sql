CREATE OR REPLACE MACRO incident(wanted) AS TABLE
SELECT status.severity, status.state, status.triage, status.verdict, status.letter_id, status.persons,
    status.url, status.member, status.first_seen, status.last_seen, states.gone_at, exposures.transport,
    exposures.listed, exposures.indexable, status.assigned_to, status.due, status.host, status.supplier,
    status.incident_id, status.finding_id
FROM finding_status AS status
LEFT JOIN finding_states AS states ON states.finding_id = status.finding_id
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE starts_with(status.incident_id, lower(wanted))
ORDER BY status.settled, status.state = 'gone', status.url, status.member, status.letter_id;
COMMENT ON MACRO TABLE incident IS 'incident(''5b2a…''): every finding of one incident, by its id or the beginning of it.';
