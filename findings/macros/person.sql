CREATE OR REPLACE MACRO person(wanted) AS TABLE
SELECT status.letter_id, status.severity, status.state, status.triage, status.verdict, status.url, status.member, status.host,
    status.supplier, status.first_seen, status.last_seen, status.incident_id, status.finding_id
FROM finding_status AS status
WHERE list_contains(status.person_ids, wanted)
ORDER BY status.state = 'gone', status.letter_id, status.last_seen DESC, status.url;
COMMENT ON MACRO TABLE person IS 'person(''…''): every letter of one person, by the keyed id that stands in findings.person_ids; the organisation''s register says who it is.';
