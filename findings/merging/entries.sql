-- One row per place. Of several rows for a place in one batch the listed one describes it, else the latest.
CREATE OR REPLACE TEMP TABLE met AS
WITH fetched AS (
    SELECT url FROM spool_documents UNION SELECT requested_url FROM spool_documents WHERE requested_url IS NOT NULL
), skipped AS (
    SELECT url FROM spool_skips WHERE member = '' UNION ALL SELECT url FROM spool_left
), described AS (
    SELECT * EXCLUDE (listed, selected), bool_or(selected) OVER place AS is_chosen,
        min(seen_at) OVER place AS first_seen, max(seen_at) OVER place AS last_seen
    FROM spool_entries
    WINDOW place AS (PARTITION BY url)
    -- What was said by the first bytes of a place is told in a row of its own, that describes it worst.
    QUALIFY row_number() OVER (PARTITION BY url ORDER BY listed DESC, dictation IS NULL DESC, seen_at DESC) = 1
), noted AS (
    SELECT url, any_value(cue) AS cue, any_value(dictation) AS dictation
    FROM spool_entries WHERE cue IS NOT NULL OR dictation IS NOT NULL
    GROUP BY url
)
SELECT described.* EXCLUDE (cue, dictation, is_chosen), noted.cue, noted.dictation,
    CASE
        WHEN described.url IN (SELECT url FROM fetched) THEN 'fetched'
        WHEN described.url IN (SELECT url FROM skipped) THEN 'skipped'
        -- It was to be fetched, and has neither a document nor a record of its own: it was left when the unit ended.
        WHEN described.is_chosen THEN 'skipped'
        ELSE 'not_selected'
    END AS outcome
FROM described LEFT JOIN noted USING (url);

-- Within one sweep units overlap, and the one that looked closest is right; an older sweep, merged late, tells only
-- of the beginning.
UPDATE entries SET
    unit_id = CASE WHEN later THEN new.unit_id ELSE entries.unit_id END,
    kind = CASE WHEN later AND new.kind <> 'unknown' THEN new.kind ELSE entries.kind END,
    size = CASE WHEN later THEN coalesce(new.size, entries.size) ELSE entries.size END,
    size_exact = CASE WHEN later AND new.size IS NOT NULL THEN new.size_exact ELSE entries.size_exact END,
    size_error = CASE WHEN later AND new.size IS NOT NULL THEN new.size_error ELSE entries.size_error END,
    modified = CASE WHEN later AND new.modified IS NOT NULL THEN new.modified ELSE entries.modified END,
    modified_utc = CASE WHEN later AND new.modified IS NOT NULL THEN new.modified_utc ELSE entries.modified_utc END,
    modified_source = CASE
        WHEN later AND new.modified IS NOT NULL THEN new.modified_source ELSE entries.modified_source
    END,
    is_current = CASE WHEN later THEN coalesce(new.is_current, entries.is_current) ELSE entries.is_current END,
    cue = CASE WHEN later THEN coalesce(new.cue, entries.cue) ELSE coalesce(entries.cue, new.cue) END,
    dictation = CASE
        WHEN later THEN coalesce(new.dictation, entries.dictation) ELSE coalesce(entries.dictation, new.dictation)
    END,
    parent = CASE WHEN later THEN coalesce(new.parent, entries.parent) ELSE entries.parent END,
    outcome = CASE
        WHEN entries.last_sweep = new.sweep_id AND outcome_rank(new.outcome) < outcome_rank(entries.outcome)
        THEN entries.outcome
        WHEN entries.last_sweep = new.sweep_id OR later THEN new.outcome
        ELSE entries.outcome
    END,
    first_sweep = CASE WHEN new.first_seen < entries.first_seen THEN new.sweep_id ELSE entries.first_sweep END,
    last_sweep = CASE WHEN later THEN new.sweep_id ELSE entries.last_sweep END,
    first_seen = least(entries.first_seen, new.first_seen),
    last_seen = greatest(entries.last_seen, new.last_seen)
FROM (
    SELECT met.*, met.last_seen >= known.last_seen AS later FROM met JOIN entries AS known ON known.url = met.url
) AS new
WHERE entries.url = new.url;

INSERT INTO entries BY NAME
SELECT * EXCLUDE (seen_at, sweep_id), sweep_id AS first_sweep, sweep_id AS last_sweep
FROM met ANTI JOIN entries AS known USING (url);
