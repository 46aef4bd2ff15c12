-- One sketch a content, however often and wherever it was seen. One under a key that the pack no longer has is replaced.
CREATE OR REPLACE TEMP TABLE fresh_sketches AS
SELECT sha256, space, made_at, content FROM spool_sketches
QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY made_at DESC) = 1;

DELETE FROM sketches USING fresh_sketches AS fresh
WHERE sketches.sha256 = fresh.sha256 AND sketches.space <> fresh.space AND sketches.made_at <= fresh.made_at;

INSERT INTO sketches BY NAME
SELECT (SELECT coalesce(max(number), 0) FROM sketches) + row_number() OVER (ORDER BY made_at, sha256) AS number, *
FROM fresh_sketches ANTI JOIN (SELECT sha256 FROM sketches) AS known USING (sha256)
ORDER BY number;

DROP TABLE fresh_sketches;
