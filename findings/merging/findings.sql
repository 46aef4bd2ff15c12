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

-- Column by column, and lists only where they differ: a row whose lists are written is deleted and inserted anew.
UPDATE findings SET first_sweep = present.sweep_id, first_seen = present.first_seen
FROM present WHERE findings.finding_id = present.finding_id AND present.first_seen < findings.first_seen;

UPDATE findings SET batch_id = coalesce(present.batch_id, findings.batch_id),
    incident_id = CASE
        WHEN present.last_seen >= findings.last_seen THEN coalesce(present.incident_id, findings.incident_id)
        ELSE coalesce(findings.incident_id, present.incident_id)
    END
FROM present WHERE findings.finding_id = present.finding_id;

UPDATE findings SET
    categories = present.categories, person_ids = present.person_ids, anchors = present.anchors, reasons = present.reasons
FROM present
WHERE findings.finding_id = present.finding_id AND present.last_seen >= findings.last_seen
    AND (findings.categories, findings.person_ids, findings.anchors, findings.reasons)
    IS DISTINCT FROM (present.categories, present.person_ids, present.anchors, present.reasons);

UPDATE findings SET
    host = present.host, verdict = present.verdict, containment = present.containment, coverage = present.coverage,
    evidence = present.evidence, false_per_million = present.false_per_million, unit_id = present.unit_id,
    tier = present.tier, supplier = present.supplier, sha256 = present.sha256, size = present.size,
    media_type = present.media_type, server_modified = present.server_modified,
    last_sweep = present.sweep_id, last_seen = present.last_seen, fetched_sweep = present.sweep_id
FROM present WHERE findings.finding_id = present.finding_id AND present.last_seen >= findings.last_seen;

INSERT INTO findings BY NAME
SELECT * EXCLUDE (sweep_id, status, headers, requested_url, fetched_at), sweep_id AS first_sweep, sweep_id AS last_sweep,
    sweep_id AS fetched_sweep
FROM present ANTI JOIN findings AS known USING (finding_id);

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
