CREATE OR REPLACE TEMP TABLE present AS
SELECT matches.finding_id, matches.url, matches.member,
    -- A template finding is about the place, whatever letter the matcher thought of.
    CASE WHEN matches.verdict IN ('known_letter', 'shared_passage') THEN matches.letter_id END AS letter_id,
    matches.verdict, matches.containment, matches.coverage, matches.evidence,
    matches.categories, matches.person_ids, matches.false_per_million, matches.anchors, matches.reasons,
    matches.batch_id, matches.incident_id,
    units.host, units.unit_id, units.tier, units.supplier,
    documents.sha256, documents.size, documents.media_type, documents.server_modified,
    documents.status, documents.headers, documents.requested_url, documents.fetched_at,
    min(documents.fetched_at) OVER seen AS first_seen, max(documents.fetched_at) OVER seen AS last_seen,
    matches.sweep_id
FROM spool_matches AS matches
JOIN spool_documents AS documents USING (unit_id, document_number)
JOIN spool_units AS units USING (unit_id)
WHERE matches.finding_id IS NOT NULL
WINDOW seen AS (PARTITION BY matches.finding_id)
QUALIFY row_number() OVER (
    PARTITION BY matches.finding_id
    ORDER BY verdict_rank(matches.verdict) DESC, matches.evidence DESC NULLS LAST, documents.fetched_at DESC
) = 1;

INSERT INTO findings BY NAME
SELECT * EXCLUDE (sweep_id, status, headers, requested_url, fetched_at), sweep_id AS first_sweep, sweep_id AS last_sweep
FROM present
ON CONFLICT (finding_id) DO UPDATE SET
    host = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.host ELSE findings.host END,
    verdict = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.verdict ELSE findings.verdict END,
    containment = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.containment ELSE findings.containment END,
    coverage = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.coverage ELSE findings.coverage END,
    evidence = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.evidence ELSE findings.evidence END,
    unit_id = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.unit_id ELSE findings.unit_id END,
    tier = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.tier ELSE findings.tier END,
    supplier = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.supplier ELSE findings.supplier END,
    sha256 = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.sha256 ELSE findings.sha256 END,
    size = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.size ELSE findings.size END,
    media_type = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.media_type ELSE findings.media_type END,
    server_modified = CASE
        WHEN excluded.last_seen >= findings.last_seen THEN excluded.server_modified ELSE findings.server_modified
    END,
    categories = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.categories ELSE findings.categories END,
    person_ids = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.person_ids ELSE findings.person_ids END,
    false_per_million = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.false_per_million ELSE findings.false_per_million END,
    anchors = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.anchors ELSE findings.anchors END,
    reasons = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.reasons ELSE findings.reasons END,
    batch_id = coalesce(excluded.batch_id, findings.batch_id),
    incident_id = CASE
        WHEN excluded.last_seen >= findings.last_seen THEN coalesce(excluded.incident_id, findings.incident_id)
        ELSE coalesce(findings.incident_id, excluded.incident_id)
    END,
    last_sweep = CASE WHEN excluded.last_seen >= findings.last_seen THEN excluded.last_sweep ELSE findings.last_sweep END,
    first_sweep = CASE WHEN excluded.first_seen < findings.first_seen THEN excluded.first_sweep ELSE findings.first_sweep END,
    first_seen = least(findings.first_seen, excluded.first_seen),
    last_seen = greatest(findings.last_seen, excluded.last_seen);

INSERT INTO sightings BY NAME
SELECT finding_id, sweep_id, 'present' AS presence, 'matched' AS basis, last_seen AS seen_at
FROM present
ANTI JOIN (SELECT finding_id FROM sightings WHERE sweep_id IN (SELECT sweep_id FROM spool_units)) AS known
    ON known.finding_id = present.finding_id
ORDER BY finding_id;

INSERT INTO evidence BY NAME
SELECT finding_id, sha256, 'digest' AS level, sweep_id, fetched_at AS captured_at, url, requested_url, status, headers,
    size, media_type
FROM present
ON CONFLICT DO NOTHING;
