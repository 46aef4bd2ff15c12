-- What sketches show and no finding says yet: `rematched` has a row for each. What is known already stays as it is.
CREATE OR REPLACE TEMP TABLE found AS
SELECT * FROM rematched ANTI JOIN findings AS known ON known.finding_id = rematched.finding_id;

INSERT INTO findings BY NAME
SELECT * EXCLUDE (sweep_id, basis, answered_at, status, headers, requested_url, fetched_at) FROM found;

-- Present as of when it was last seen, whatever the time now; what was heard of its place since then counts instead.
INSERT INTO sightings BY NAME
SELECT finding_id, sweep_id, CASE WHEN basis = 'rematched' THEN 'present' ELSE 'unknown' END AS presence, basis,
    answered_at AS seen_at
FROM found ORDER BY finding_id;

INSERT INTO evidence BY NAME
SELECT finding_id, sha256, 'digest' AS level, fetched_sweep AS sweep_id, fetched_at AS captured_at, url, requested_url, status,
    headers, size, media_type
FROM found
ON CONFLICT DO NOTHING;

CREATE OR REPLACE TEMP TABLE touched AS SELECT finding_id FROM found;
