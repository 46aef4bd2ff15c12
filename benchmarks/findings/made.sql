-- A database as years of sweeps leave it. `size` holds: entries, documents, findings, sweeps, units.
-- Places lie in listings of suppliers; a document is every so-manieth place, every second of the latest ones holds a
-- letter. Documents of the five latest sweeps are kept, the answers for findings of all of them.
CREATE OR REPLACE TEMP MACRO sweep_id_of(n) AS
    strftime(TIMESTAMP '2026-01-05 02:00:00' + to_days((7 * n)::INTEGER), '%Y%m%dT%H%M%SZ') || '-' || left(md5('sweep' || n), 8);
CREATE OR REPLACE TEMP MACRO began(n) AS TIMESTAMPTZ '2026-01-05 02:00:00+00' + to_days((7 * n)::INTEGER);
CREATE OR REPLACE TEMP MACRO unit_id_of(u) AS 'open_directory-' || left(md5('unit' || u), 12);
CREATE OR REPLACE TEMP MACRO host_of(u) AS 'files' || u || '.supplier-' || (u % 12) || '.example';
CREATE OR REPLACE TEMP MACRO folder_of(i, u) AS
    'https://' || host_of(u) || '/transcripts/' || (2018 + (i // 5000) % 9) || '/' || format('{:02d}', 1 + (i // 400) % 12) || '/batch-' || (i // 100) || '/';
CREATE OR REPLACE TEMP MACRO name_of(i) AS
    ['letter', 'clinic', 'dictation', 'report'][1 + i % 4] || '_' || left(md5('place' || i), 10) || ['.pdf', '.docx', '.txt', '.mp3', '.css'][1 + i % 5];
CREATE OR REPLACE TEMP MACRO finding_id_of(f) AS md5('finding' || f);
CREATE OR REPLACE TEMP MACRO first_of(f, sweeps) AS CASE WHEN f % 5 < 3 THEN 1 ELSE 1 + (hash(f) % sweeps)::INTEGER END;

INSERT INTO sweeps BY NAME
SELECT sweep_id_of(n) AS sweep_id, 'sweep' AS kind, 'finished' AS state, began(n) AS started_at,
    began(n) + INTERVAL 5 HOURS AS ended_at, 'Benchmark' AS organisation, 'B-1' AS authority, 'scope' AS scope_digest,
    'pack' AS pack_check, '0' AS stray_version
FROM size, unnest(range(1, sweeps + 1)) AS counted(n);

INSERT INTO units BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(u) AS unit_id, 'finished' AS state, 'open_directory' AS kind,
    'https://' || host_of(u) || '/' AS start_url, host_of(u) AS host, 'processor' AS tier, 'Supplier ' || (u % 12) AS supplier,
    'B-1' AS authority, began(n) AS started_at, began(n) + INTERVAL 2 HOURS AS ended_at, 1200 AS requests,
    400000000 AS bytes, '' AS error
FROM size, unnest(range(1, sweeps + 1)) AS counted(n), unnest(range(0, units)) AS places(u);

INSERT INTO told_sweeps SELECT sweep_id, ended_at FROM sweeps ORDER BY started_at LIMIT (SELECT sweeps - 1 FROM size);
INSERT INTO merged_spools SELECT sweep_id, unit_id, ended_at, 0 FROM units;

INSERT INTO entries BY NAME
SELECT folder_of(i, u) || name_of(i) AS url, unit_id_of(u) AS unit_id, 'file' AS kind, name_of(i) AS name,
    1000 + (hash(i) % 900000)::BIGINT AS size, true AS size_exact, 0 AS size_error,
    TIMESTAMP '2025-01-01' + to_seconds((hash(i + 1) % 30000000)::BIGINT) AS modified, true AS modified_utc,
    'text' AS modified_source, folder_of(i, u) AS parent,
    CASE WHEN i % 50 = 0 THEN 'fetched' WHEN i % 5 = 4 OR i % 3 > 0 THEN 'not_selected' ELSE 'skipped' END AS outcome,
    began(1 + i % 2 * (i % sweeps)) AS first_seen, began(sweeps - i % 7 // 6) AS last_seen,
    sweep_id_of(1 + i % 2 * (i % sweeps)) AS first_sweep, sweep_id_of(sweeps - i % 7 // 6) AS last_sweep,
    CASE WHEN i % 5 = 3 AND i % 40 = 3 THEN 'dictation_audio' END AS cue, true AS is_current
FROM (SELECT i, i // (entries // units) AS u, sweeps FROM size, range(0, (SELECT entries FROM size)) AS counted(i));

CREATE OR REPLACE TEMP TABLE fetched AS
SELECT d, n, 50 * d AS i, 50 * d // (entries // units) AS u
FROM size, unnest(range(sweeps - 4, sweeps + 1)) AS counted(n), range(0, (SELECT documents // 5 FROM size)) AS places(d);

INSERT INTO documents BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(u) AS unit_id, d AS document_number, folder_of(i, u) || name_of(i) AS url,
    '' AS member, folder_of(i, u) AS parent, began(n) + to_seconds((d % 17000)::BIGINT) AS fetched_at, 200 AS status,
    MAP {'server': 'nginx/1.24.0', 'content-type': 'application/pdf', 'etag': '"' || left(md5('etag' || d), 16) || '"',
        'date': strftime(began(n) + to_seconds((d % 17000)::BIGINT), '%a, %d %b %Y %H:%M:%S GMT'),
        'last-modified': 'Tue, 01 Jul 2025 10:00:00 GMT'} AS headers,
    TIMESTAMPTZ '2025-07-01 10:00:00+00' AS server_modified, 1000 + (hash(i) % 900000)::BIGINT AS size,
    sha256('content' || d) AS sha256, 'application/pdf' AS media_type,
    CASE
        WHEN d % 2 = 0 AND d // 2 < findings THEN CASE WHEN d % 20 = 0 THEN 'shared_passage' ELSE 'known_letter' END
        WHEN d % 101 = 1 THEN 'undetermined' ELSE 'clear'
    END AS verdict,
    [(100 + d % 900) || ' distinctive characters of letter L-' || (d // 2 % 40000) || ', in 2 spans'] AS reasons,
    ['https://' || host_of(u) || '/', 'https://' || host_of(u) || '/transcripts/', folder_of(i, u)] AS reached_by,
    'https' AS transport, 'valid' AS tls, 'yes' AS listed, 'no' AS is_listing, 'unknown' AS auth_above,
    'no' AS robots_disallow, 'yes' AS indexable, 'nothing_forbids' AS index_basis, 'unknown' AS is_current,
    CASE WHEN d % 500 = 3 THEN [{'member': '', 'ending': '.jpg', 'media_type': 'application/zip'}] ELSE [] END AS misnamed
FROM fetched, size ORDER BY n, u, d;

-- The folders above were asked once in each sweep.
INSERT INTO skips BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(u) AS unit_id,
    'https://' || host_of(u) || '/transcripts/' || (2018 + k) || '/' AS url, '' AS member, 'access_denied' AS reason,
    'http_403' AS detail, began(n) AS skipped_at, 1 AS places
FROM size, unnest(range(1, sweeps + 1)) AS counted(n), unnest(range(0, units)) AS places(u), range(0, 9) AS years(k)
UNION ALL BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(u) AS unit_id, folder_of(i, u) || name_of(i) AS url, '' AS member,
    ['timed_out', 'too_large', 'unsupported_type', 'robots'][1 + i % 4] AS reason, 'detail' AS detail,
    began(n) AS skipped_at, 1 AS places
FROM (
    SELECT n, (hash(n, k) % entries)::BIGINT AS i, (hash(n, k) % entries)::BIGINT // (entries // units) AS u
    FROM size, unnest(range(1, sweeps + 1)) AS counted(n), range(0, (SELECT documents // sweeps FROM size)) AS places(k)
);

INSERT INTO matches BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(u) AS unit_id, d AS document_number,
    folder_of(i, u) || name_of(i) AS url, '' AS member, 'L-' || (d // 2 % 40000) AS letter_id,
    CASE WHEN d % 20 = 0 THEN 'shared_passage' ELSE 'known_letter' END AS verdict, 0.74 AS containment, 0.9 AS coverage,
    (100 + d % 900)::DOUBLE AS evidence, MAP {'nhs_number': 'agree', 'name_dob': 'agree'} AS anchors,
    [{'piece': '', 'doc_start': 10, 'doc_end': 400 + d % 900, 'letter_start': 0, 'letter_end': 390 + d % 900},
        {'piece': '', 'doc_start': 2000, 'doc_end': 2400, 'letter_start': 1990, 'letter_end': 2390}] AS spans,
    finding_id_of(d // 2) AS finding_id, CASE WHEN d % 30 = 0 THEN ['fertility'] ELSE [] END AS categories,
    [md5('person' || (d // 2 % 40000))] AS person_ids, 0.4 AS false_per_million,
    [(100 + d % 900) || ' distinctive characters of letter L-' || (d // 2 % 40000)] AS reasons
FROM fetched, size WHERE d % 2 = 0 AND d // 2 < findings
ORDER BY n, finding_id;

INSERT INTO findings BY NAME
SELECT finding_id_of(f) AS finding_id, folder_of(i, u) || name_of(i) AS url, host_of(u) AS host, '' AS member,
    'L-' || (f % 40000) AS letter_id, CASE WHEN f % 10 = 0 THEN 'shared_passage' ELSE 'known_letter' END AS verdict,
    0.74 AS containment, 0.9 AS coverage, (100 + 2 * f % 900)::DOUBLE AS evidence, unit_id_of(u) AS unit_id,
    'processor' AS tier, 'Supplier ' || (u % 12) AS supplier, sha256('content' || 2 * f) AS sha256,
    1000 + (hash(i) % 900000)::BIGINT AS size, 'application/pdf' AS media_type,
    TIMESTAMPTZ '2025-07-01 10:00:00+00' AS server_modified,
    began(first_of(f, sweeps)) + to_seconds(((2 * f) % 17000)::BIGINT) AS first_seen,
    began(sweeps) + to_seconds(((2 * f) % 17000)::BIGINT) AS last_seen,
    sweep_id_of(first_of(f, sweeps)) AS first_sweep, sweep_id_of(sweeps) AS last_sweep,
    CASE WHEN 2 * f % 30 = 0 THEN ['fertility'] ELSE [] END AS categories, [md5('person' || (f % 40000))] AS person_ids,
    0.4 AS false_per_million, MAP {'nhs_number': 'agree', 'name_dob': 'agree'} AS anchors,
    [(100 + 2 * f % 900) || ' distinctive characters of letter L-' || (f % 40000)] AS reasons,
    md5('batch' || (i // 100)) AS batch_id, md5('incident' || (i // 5000)) AS incident_id
FROM (
    SELECT f, 100 * f AS i, 100 * f // (entries // units) AS u, sweeps FROM size, range(0, (SELECT findings FROM size)) AS counted(f)
);

-- Most are seen each time; some time out, some are gone for a while and come back, some are gone at the end.
INSERT INTO sightings BY NAME
SELECT finding_id, sweep_id,
    CASE
        WHEN n = first_n THEN 'present'
        WHEN f % 20 = 7 AND n > sweeps - 4 THEN 'gone'
        WHEN f % 23 = 5 AND n BETWEEN 20 AND 25 THEN 'gone'
        WHEN hash(f, n) % 20 = 0 THEN 'unknown'
        ELSE 'present'
    END AS presence,
    CASE presence WHEN 'present' THEN 'matched' WHEN 'gone' THEN 'not_found' ELSE 'timed_out' END AS basis,
    began(n) + to_seconds(((2 * f) % 17000)::BIGINT) AS seen_at
FROM (
    SELECT finding_id_of(f) AS finding_id, f, n, sweep_id_of(n) AS sweep_id, first_of(f, sweeps) AS first_n, sweeps
    FROM size, unnest(range(1, sweeps + 1)) AS counted(n), range(0, (SELECT findings FROM size)) AS places(f)
)
WHERE n >= first_n
ORDER BY n, finding_id;
UPDATE findings SET last_seen = latest.seen_at, last_sweep = latest.sweep_id
FROM (
    SELECT finding_id, max(seen_at) AS seen_at, arg_max(sweep_id, seen_at) AS sweep_id FROM sightings
    WHERE presence = 'present' GROUP BY finding_id
) AS latest
WHERE latest.finding_id = findings.finding_id AND latest.sweep_id <> findings.last_sweep;
UPDATE findings SET fetched_sweep = last_sweep;

INSERT INTO evidence BY NAME
SELECT finding_id, sha256, 'digest' AS level, first_sweep AS sweep_id, first_seen AS captured_at, url, 200 AS status,
    MAP {'server': 'nginx/1.24.0', 'etag': '"' || left(sha256, 16) || '"'} AS headers, size, media_type
FROM findings;

INSERT INTO triage_events BY NAME
SELECT finding_id, ['confirmed', 'false_positive', 'reported', 'closed'][1 + number % 4] AS decision,
    'looked at, ticket ' || number AS note, 'J. Example' AS decided_by, began(sweeps) AS decided_at
FROM (SELECT finding_id, row_number() OVER (ORDER BY finding_id) AS number FROM findings), size
WHERE number % 2 = 0;

INSERT INTO buckets BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(b % units) AS unit_id, 's3/aws//benchmark-' || b AS bucket_id,
    'https://benchmark-' || b || '.s3.amazonaws.com/' AS url, 's3' AS provider, 'benchmark-' || b AS name, '' AS account,
    'eu-west-2' AS region, '' AS endpoint, 'yes' AS exists, 'unknown' AS account_exists,
    ['yes', 'no'][1 + b % 2] AS listable, 'unknown' AS readable, 'unknown' AS known_key_readable, 'no' AS acl_readable,
    'no' AS versions_visible, 'no' AS requester_pays, 'no' AS public_access_blocked, 'no' AS disabled,
    'unknown' AS website, '' AS website_url, [] AS rights, '' AS account_id, '' AS owner_id, '' AS tenant_id,
    'search' AS found_by, 40 AS score, ['name'] AS reasons,
    [{'question': 'list', 'status': 200, 'code': '', 'request_id': 'R', 'asked_at': began(n)}] AS evidence, began(n) AS seen_at
FROM size, unnest(range(1, sweeps + 1)) AS counted(n), range(0, 200) AS places(b);

INSERT INTO bucket_leads BY NAME
SELECT 's3/aws//benchmark-' || k % 300 AS bucket_id, unit_id_of(k % units) AS unit_id,
    'https://benchmark-' || k % 300 || '.s3.amazonaws.com/' AS url, 'key-' || k AS key, 's3' AS provider,
    'benchmark-' || k % 300 AS name, '' AS account, k % 50 = 0 AS had_credential, 'html' AS met_in,
    'https://' || host_of(k % units) || '/page-' || k % 900 || '.html' AS parent, sweep_id_of(1) AS first_sweep,
    sweep_id_of(sweeps) AS last_sweep, began(1) AS first_seen, began(sweeps) AS last_seen
FROM size, range(0, 20000) AS places(k);

INSERT INTO name_searches BY NAME
SELECT sweep_id_of(n) AS sweep_id, unit_id_of(p) AS unit_id, ['s3', 'gcs', 'azure'][1 + p] AS provider,
    2000 AS candidates, 40 AS existing, 1950 AS absent, 10 AS unknown, 2000 AS requests, 0 AS lies, 3 AS throttled,
    90.0 AS seconds, began(n) AS told_at
FROM size, unnest(range(1, sweeps + 1)) AS counted(n), range(0, 3) AS places(p);
