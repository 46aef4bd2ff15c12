CREATE OR REPLACE VIEW worth_a_look AS
SELECT url, cue, kind, name, size, size_exact, size_error, modified, modified_source, parent, outcome, dictation,
    first_seen, last_seen, unit_id, last_sweep
FROM entries
WHERE cue IS NOT NULL OR dictation IS NOT NULL;
COMMENT ON VIEW worth_a_look IS 'Listed places that look like a batch of dictations and transcripts, or like what is left beside one, fetched or not.';
