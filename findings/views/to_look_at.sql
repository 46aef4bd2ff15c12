CREATE OR REPLACE VIEW to_look_at AS
SELECT url, member, fetched_at, media_type, size, sha256, reasons, parent, unit_id, sweep_id
FROM (
    SELECT * FROM documents
    QUALIFY row_number() OVER (PARTITION BY url, member ORDER BY fetched_at DESC, sweep_id DESC, unit_id) = 1
) AS latest
WHERE verdict = 'undetermined';
COMMENT ON VIEW to_look_at IS 'Documents with too little text to judge, as last fetched: a person should look.';
