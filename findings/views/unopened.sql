-- An entry tells of its place's last meeting only: what was opened once, and refused since, has been opened. Where the
-- server says that there is nothing, there is nothing to open.
CREATE OR REPLACE VIEW unopened AS
WITH left_out AS (
    SELECT url, name, size, modified, outcome, cue, first_seen, last_seen, parent, unit_id, last_sweep
    FROM entries
    WHERE kind = 'file' AND outcome IN ('skipped', 'not_selected')
), opened AS (
    SELECT url FROM documents WHERE member = ''
    UNION ALL
    SELECT requested_url FROM documents WHERE member = '' AND requested_url IS NOT NULL
    UNION ALL
    SELECT url FROM findings
)
SELECT left_out.*
FROM left_out
ANTI JOIN opened ON opened.url = left_out.url
ANTI JOIN (SELECT url, sweep_id FROM skips WHERE reason = 'not_found' AND member = '') AS nothing
    ON nothing.url = left_out.url AND nothing.sweep_id = left_out.last_sweep;
COMMENT ON VIEW unopened IS 'Files that are listed or linked and that nobody has ever opened, as far as documents are kept; the macro place() says why.';
