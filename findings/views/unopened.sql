CREATE OR REPLACE VIEW unopened AS
SELECT url, name, size, modified, outcome, cue, first_seen, last_seen, parent, unit_id, last_sweep
FROM entries
WHERE kind = 'file' AND outcome IN ('skipped', 'not_selected');
COMMENT ON VIEW unopened IS 'Files that are listed or linked and that nobody has opened when they were last met; the macro place() says why.';
