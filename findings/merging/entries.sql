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

-- What is known of these places, found once: to go through all places costs more than all that follows.
CREATE OR REPLACE TEMP TABLE known AS
SELECT entries.rowid AS place, entries.* FROM entries SEMI JOIN met USING (url);

-- Units whose counts change: these, and those that had met the places before.
CREATE OR REPLACE TEMP TABLE touched_units AS
SELECT sweep_id, unit_id FROM spool_units UNION SELECT last_sweep, unit_id FROM known;

-- Within one sweep units overlap, and the one that looked closest is right; an older sweep, merged late, tells only
-- of the beginning.
CREATE OR REPLACE TEMP TABLE renewed AS
SELECT known.place, known.url,
    CASE WHEN later THEN new.unit_id ELSE known.unit_id END AS unit_id,
    CASE WHEN later AND new.kind <> 'unknown' THEN new.kind ELSE known.kind END AS kind,
    known.name,
    CASE WHEN later THEN coalesce(new.size, known.size) ELSE known.size END AS size,
    CASE WHEN later AND new.size IS NOT NULL THEN new.size_exact ELSE known.size_exact END AS size_exact,
    CASE WHEN later AND new.modified IS NOT NULL THEN new.modified ELSE known.modified END AS modified,
    CASE WHEN later AND new.modified IS NOT NULL THEN new.modified_utc ELSE known.modified_utc END AS modified_utc,
    CASE WHEN later THEN coalesce(new.parent, known.parent) ELSE known.parent END AS parent,
    CASE
        WHEN known.last_sweep = new.sweep_id AND outcome_rank(new.outcome) < outcome_rank(known.outcome)
        THEN known.outcome
        WHEN known.last_sweep = new.sweep_id OR later THEN new.outcome
        ELSE known.outcome
    END AS outcome,
    least(known.first_seen, new.first_seen) AS first_seen,
    greatest(known.last_seen, new.last_seen) AS last_seen,
    CASE WHEN new.first_seen < known.first_seen THEN new.sweep_id ELSE known.first_sweep END AS first_sweep,
    CASE WHEN later THEN new.sweep_id ELSE known.last_sweep END AS last_sweep,
    CASE WHEN later AND new.size IS NOT NULL THEN new.size_error ELSE known.size_error END AS size_error,
    CASE WHEN later AND new.modified IS NOT NULL THEN new.modified_source ELSE known.modified_source END AS modified_source,
    CASE WHEN later THEN coalesce(new.cue, known.cue) ELSE coalesce(known.cue, new.cue) END AS cue,
    CASE
        WHEN later THEN coalesce(new.dictation, known.dictation) ELSE coalesce(known.dictation, new.dictation)
    END AS dictation,
    CASE WHEN later THEN coalesce(new.is_current, known.is_current) ELSE known.is_current END AS is_current
FROM (SELECT met.*, met.last_seen >= known.last_seen AS later FROM met JOIN known USING (url)) AS new
JOIN known USING (url);

-- A place that is met again as it was gets another date and no more: what is written anew is the whole column of all
-- places around it.
UPDATE entries SET last_seen = renewed.last_seen, last_sweep = renewed.last_sweep
FROM renewed WHERE entries.rowid = renewed.place;

UPDATE entries SET
    unit_id = changed.unit_id, kind = changed.kind, size = changed.size, size_exact = changed.size_exact,
    size_error = changed.size_error, modified = changed.modified, modified_utc = changed.modified_utc,
    modified_source = changed.modified_source, is_current = changed.is_current, cue = changed.cue,
    dictation = changed.dictation, parent = changed.parent, outcome = changed.outcome,
    first_sweep = changed.first_sweep, first_seen = changed.first_seen
FROM (
    SELECT renewed.* FROM renewed JOIN known USING (place)
    WHERE (
        renewed.unit_id, renewed.kind, renewed.size, renewed.size_exact, renewed.size_error, renewed.modified,
        renewed.modified_utc, renewed.modified_source, renewed.is_current, renewed.cue, renewed.dictation,
        renewed.parent, renewed.outcome, renewed.first_sweep, renewed.first_seen
    ) IS DISTINCT FROM (
        known.unit_id, known.kind, known.size, known.size_exact, known.size_error, known.modified,
        known.modified_utc, known.modified_source, known.is_current, known.cue, known.dictation,
        known.parent, known.outcome, known.first_sweep, known.first_seen
    )
) AS changed
WHERE entries.rowid = changed.place;

INSERT INTO entries BY NAME
SELECT * EXCLUDE (seen_at, sweep_id), sweep_id AS first_sweep, sweep_id AS last_sweep
FROM met ANTI JOIN known USING (url);

DROP TABLE renewed; DROP TABLE known; DROP TABLE met;
