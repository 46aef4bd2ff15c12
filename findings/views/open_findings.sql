CREATE OR REPLACE VIEW open_findings AS
SELECT finding_id, state, triage, verdict, letter_id, url, member, host, tier, supplier, containment, coverage, evidence,
    first_seen, last_seen, answered_at, basis, history, sha256, size, media_type, server_modified, unit_id,
    first_sweep, last_sweep, reopened, assigned_to, due, latest_event, severity, severity_points, severity_reasons, categories,
    persons, person_ids, false_per_million, anchors, reasons, incident_id, batch_id
FROM finding_status
WHERE NOT settled AND state <> 'gone';
COMMENT ON VIEW open_findings IS 'What someone has to act on: not gone, and not put aside by a person. Unknown is not gone.';
COMMENT ON COLUMN open_findings.server_modified IS 'the server''s Last-Modified; not the date of exposure';
