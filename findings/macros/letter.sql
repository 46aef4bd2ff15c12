CREATE OR REPLACE MACRO letter(wanted) AS TABLE
SELECT status.severity, status.state, status.triage, status.verdict, status.containment, status.url, status.member, status.host,
    status.supplier, status.first_seen, status.last_seen, states.gone_at, exposures.transport, exposures.listed,
    exposures.indexable, status.incident_id, status.finding_id
FROM finding_status AS status
LEFT JOIN finding_states AS states ON states.finding_id = status.finding_id
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE status.letter_id = wanted
ORDER BY list_position(['reappeared', 'new', 'open', 'unknown', 'gone'], status.state), status.url, status.member;
COMMENT ON MACRO TABLE letter IS 'letter(''L-41''): everywhere that a letter was ever seen, gone places and settled findings included.';
