INSERT INTO sealed_evidence BY NAME SELECT * EXCLUDE (finding_ids) FROM new_sealed ON CONFLICT DO NOTHING;

INSERT INTO sealed_findings BY NAME
SELECT DISTINCT evidence_id, unnest(finding_ids) AS finding_id FROM new_sealed ON CONFLICT DO NOTHING;

UPDATE sealed_evidence SET destroyed_at = new_events.happened_at
FROM new_events
WHERE new_events.action = 'destroyed' AND new_events.evidence_id = sealed_evidence.evidence_id AND destroyed_at IS NULL;
