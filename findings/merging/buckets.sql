-- A unit may speak of a bucket many times: its last word counts. Rows stand in the order in which they were told.
INSERT INTO buckets BY NAME
SELECT * FROM spool_buckets
QUALIFY row_number() OVER (PARTITION BY unit_id, bucket_id ORDER BY rowid DESC) = 1;

INSERT INTO name_searches BY NAME
SELECT * FROM spool_name_searches
QUALIFY row_number() OVER (PARTITION BY unit_id, provider ORDER BY rowid DESC) = 1;
