CREATE OR REPLACE VIEW to_look_at AS
WITH doubtful AS (
    SELECT url, member, fetched_at, media_type, size, sha256, reasons, parent, unit_id, sweep_id
    FROM documents WHERE verdict = 'undetermined'
), latest AS (
    SELECT url, member, sweep_id, unit_id
    FROM documents SEMI JOIN doubtful USING (url, member)
    QUALIFY row_number() OVER (PARTITION BY url, member ORDER BY fetched_at DESC, sweep_id DESC, unit_id) = 1
)
SELECT doubtful.* FROM doubtful SEMI JOIN latest USING (url, member, sweep_id, unit_id);
COMMENT ON VIEW to_look_at IS 'Documents with too little text to judge, as last fetched: a person should look.';
