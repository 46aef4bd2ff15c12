-- One row per place. Of several rows for a place in one batch the listed one describes it, else the latest; few places
-- have several, and only those are put in order.
CREATE OR REPLACE TEMP TABLE met AS
WITH fetched AS (
    SELECT url FROM spool_documents UNION SELECT requested_url FROM spool_documents WHERE requested_url IS NOT NULL
), skipped AS (
    SELECT url FROM spool_skips WHERE member = '' UNION ALL SELECT url FROM spool_left
), walked AS (
    -- A listing that is no document, as FTP's, is known by what it named.
    SELECT DISTINCT parent AS url FROM spool_entries WHERE parent IS NOT NULL
), repeated AS (
    SELECT url FROM spool_entries GROUP BY url HAVING count(*) > 1
), described AS (
    SELECT * EXCLUDE (listed, selected, unchanged, verdict), selected AS is_chosen, unchanged IS NOT NULL AS is_kept,
        seen_at AS first_seen, seen_at AS last_seen
    FROM spool_entries ANTI JOIN repeated USING (url)
    UNION ALL BY NAME
    SELECT * EXCLUDE (listed, selected, unchanged, verdict)
        REPLACE (any_value(cue) OVER place AS cue, any_value(dictation) OVER place AS dictation),
        bool_or(selected) OVER place AS is_chosen, bool_or(unchanged IS NOT NULL) OVER place AS is_kept, min(seen_at) OVER place AS first_seen, max(seen_at) OVER place AS last_seen
    FROM spool_entries SEMI JOIN repeated USING (url)
    WINDOW place AS (PARTITION BY url)
    -- What was said by the first bytes of a place is told in a row of its own, that describes it worst; so is that it
    -- is unchanged, by a row that has no size.
    QUALIFY row_number() OVER (
        PARTITION BY url
        ORDER BY listed DESC, spool_entries.dictation IS NULL DESC, spool_entries.size IS NOT NULL DESC, seen_at DESC
    ) = 1
)
SELECT described.* EXCLUDE (is_chosen, is_kept, seen_at),
    CASE
        WHEN described.url IN (SELECT url FROM fetched) THEN 'fetched'
        WHEN described.is_kept THEN 'unchanged'
        WHEN described.url IN (SELECT url FROM skipped) THEN 'skipped'
        WHEN described.url IN (SELECT url FROM walked) THEN 'fetched'
        -- It was to be fetched, and has neither a document nor a record of its own: it was left when the unit ended.
        WHEN described.is_chosen THEN 'skipped'
        ELSE 'not_selected'
    END AS outcome
FROM described;

-- A place that is named twice, or led to by two addresses, is one.
INSERT INTO unchanged BY NAME
SELECT sweep_id, unit_id, basis, verdict, count(*) AS places
FROM (
    SELECT sweep_id, unit_id, url, min(unchanged) AS basis, arg_min(verdict, unchanged) AS verdict FROM spool_entries
    WHERE unchanged IS NOT NULL AND url NOT IN (SELECT url FROM spool_documents)
    GROUP BY sweep_id, unit_id, url
)
GROUP BY ALL;

DROP TABLE spool_entries;

-- Those that are known. By their address alone first: what else is to be compared makes the table that is looked up in
-- too large for the memory of a merge.
CREATE OR REPLACE TEMP TABLE hit AS
SELECT entries.rowid AS place, new.number
FROM entries JOIN (SELECT url, rowid AS number FROM met) AS new ON new.url = entries.url;

-- What becomes of them, found out in one pass: to go through all places costs more than all that follows.
-- Within one sweep units overlap, and the one that looked closest is right; an older sweep, merged late, tells only
-- of the beginning.
CREATE OR REPLACE TEMP TABLE known AS
SELECT entries.rowid AS place, new.number, new.last_seen >= entries.last_seen AS later,
    entries.unit_id AS old_unit, entries.last_sweep AS old_sweep, entries.outcome AS old_outcome,
    CASE WHEN later THEN new.unit_id ELSE entries.unit_id END AS unit_id,
    CASE WHEN later THEN new.sweep_id ELSE entries.last_sweep END AS last_sweep,
    CASE
        WHEN entries.last_sweep = new.sweep_id AND outcome_rank(new.outcome) < outcome_rank(entries.outcome)
        THEN entries.outcome
        WHEN entries.last_sweep = new.sweep_id OR later THEN new.outcome
        ELSE entries.outcome
    END AS outcome,
    later AND new.kind <> 'unknown' AND new.kind <> entries.kind AS is_other_kind,
    later AND new.size IS NOT NULL AND (new.size <> entries.size OR new.size_exact IS DISTINCT FROM entries.size_exact
        OR new.size_error IS DISTINCT FROM entries.size_error OR entries.size IS NULL) AS is_other_size,
    later AND new.modified IS NOT NULL AND (new.modified <> entries.modified OR entries.modified IS NULL
        OR new.modified_utc IS DISTINCT FROM entries.modified_utc
        OR new.modified_source IS DISTINCT FROM entries.modified_source) AS is_otherwise_modified,
    later AND new.is_current IS NOT NULL AND new.is_current IS DISTINCT FROM entries.is_current AS is_otherwise_current,
    new.cue IS NOT NULL AND (entries.cue IS NULL OR later AND new.cue <> entries.cue) AS has_other_cue,
    new.dictation IS NOT NULL AND (entries.dictation IS NULL OR later AND new.dictation <> entries.dictation)
        AS has_other_dictation,
    later AND new.parent IS NOT NULL AND new.parent IS DISTINCT FROM entries.parent AS has_other_parent,
    new.first_seen < entries.first_seen AS is_older,
    is_other_kind OR is_other_size OR is_otherwise_modified OR is_otherwise_current OR has_other_cue
        OR has_other_dictation OR has_other_parent OR is_older AS is_changed
FROM hit
JOIN entries ON entries.rowid = hit.place
JOIN (SELECT * EXCLUDE (name), rowid AS number FROM met) AS new ON new.number = hit.number;
DROP TABLE hit;

-- Units whose counts change: these, and those that had met the places before.
CREATE OR REPLACE TEMP TABLE touched_units AS
SELECT sweep_id, unit_id, 0 AS not_selected FROM spool_units
UNION ALL
SELECT old_sweep, old_unit, -count(*) FROM known WHERE old_outcome = 'not_selected' GROUP BY ALL
UNION ALL
SELECT last_sweep, unit_id, count(*) FROM known WHERE outcome = 'not_selected' GROUP BY ALL
UNION ALL
SELECT sweep_id, unit_id, count(*) FROM met ANTI JOIN known ON known.number = met.rowid
WHERE outcome = 'not_selected' GROUP BY ALL;

-- A place that is met again as it was gets another date and no more: where one row of a column is written anew, all
-- rows around it are.
UPDATE entries SET last_seen = new.last_seen, last_sweep = new.last_sweep
FROM (
    SELECT known.place, met.last_seen, known.last_sweep FROM known JOIN met ON met.rowid = known.number WHERE later
) AS new
WHERE entries.rowid = new.place;
UPDATE entries SET unit_id = known.unit_id FROM known
WHERE entries.rowid = known.place AND known.unit_id <> known.old_unit;
UPDATE entries SET outcome = known.outcome FROM known
WHERE entries.rowid = known.place AND known.outcome <> known.old_outcome;

CREATE OR REPLACE TEMP TABLE changed AS
SELECT known.* EXCLUDE (unit_id, last_sweep, outcome), met.* EXCLUDE (unit_id, outcome)
FROM known JOIN met ON met.rowid = known.number
WHERE is_changed;
UPDATE entries SET kind = changed.kind FROM changed WHERE entries.rowid = changed.place AND is_other_kind;
UPDATE entries SET size = changed.size, size_exact = changed.size_exact, size_error = changed.size_error
FROM changed WHERE entries.rowid = changed.place AND is_other_size;
UPDATE entries SET
    modified = changed.modified, modified_utc = changed.modified_utc, modified_source = changed.modified_source
FROM changed WHERE entries.rowid = changed.place AND is_otherwise_modified;
UPDATE entries SET is_current = changed.is_current
FROM changed WHERE entries.rowid = changed.place AND is_otherwise_current;
UPDATE entries SET cue = changed.cue FROM changed WHERE entries.rowid = changed.place AND has_other_cue;
UPDATE entries SET dictation = changed.dictation
FROM changed WHERE entries.rowid = changed.place AND has_other_dictation;
UPDATE entries SET parent = changed.parent FROM changed WHERE entries.rowid = changed.place AND has_other_parent;
UPDATE entries SET first_sweep = changed.sweep_id, first_seen = changed.first_seen
FROM changed WHERE entries.rowid = changed.place AND is_older;

INSERT INTO entries BY NAME
SELECT met.* EXCLUDE (sweep_id), sweep_id AS first_sweep, sweep_id AS last_sweep
FROM met ANTI JOIN known ON known.number = met.rowid;

DROP TABLE changed; DROP TABLE known; DROP TABLE met;
