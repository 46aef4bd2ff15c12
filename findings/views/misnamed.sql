CREATE OR REPLACE VIEW misnamed AS
WITH lying AS (
    SELECT url, misnamed, fetched_at, sha256, unit_id, sweep_id FROM documents WHERE member = '' AND len(misnamed) > 0
), latest AS (
    SELECT url, sweep_id, unit_id
    FROM documents SEMI JOIN lying USING (url)
    WHERE member = ''
    QUALIFY row_number() OVER (PARTITION BY url ORDER BY fetched_at DESC, sweep_id DESC, unit_id) = 1
)
SELECT url, lie.member AS member, lie.ending AS ending, lie.media_type AS media_type, fetched_at, sha256, unit_id, sweep_id
FROM (
    SELECT url, unnest(misnamed) AS lie, fetched_at, sha256, unit_id, sweep_id
    FROM lying SEMI JOIN latest USING (url, sweep_id, unit_id)
) AS told;
COMMENT ON VIEW misnamed IS 'Files whose names say another type than their bytes, as last fetched: somebody may have hidden something.';
COMMENT ON COLUMN misnamed.member IS 'path inside the fetched file, empty for the whole';
COMMENT ON COLUMN misnamed.ending IS 'of the name';
COMMENT ON COLUMN misnamed.media_type IS 'as its bytes say';
