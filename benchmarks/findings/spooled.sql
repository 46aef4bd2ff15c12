-- A further sweep of the same places: `entries`, `documents`, `matches`, `skips` of it as spooled rows, unit by unit.
-- One of fourteen places is met again, a fourteenth of a quarter more are new; one of five documents is fetched again.
CREATE OR REPLACE TEMP TABLE spooled_documents AS
SELECT documents.* REPLACE (sweep.sweep_id AS sweep_id, sweep.started_at + INTERVAL 1 MINUTE AS fetched_at)
FROM documents, sweep
WHERE documents.sweep_id = sweep.latest AND document_number % 10 < 2;

CREATE OR REPLACE TEMP TABLE spooled_matches AS
SELECT matches.* REPLACE (sweep.sweep_id AS sweep_id)
FROM matches, sweep
WHERE matches.sweep_id = sweep.latest AND document_number % 10 < 2;

CREATE OR REPLACE TEMP TABLE spooled_entries AS
SELECT sweep.sweep_id AS sweep_id, unit_id, url, true AS listed, kind, name, size, size_exact, modified, modified_utc,
    parent, sweep.started_at AS seen_at, size_error, modified_source, cue, dictation, is_current, outcome <> 'not_selected' AS selected
FROM entries, sweep WHERE entries.rowid % 14 = 0
UNION ALL BY NAME
SELECT sweep.sweep_id AS sweep_id, unit_id, parent || 'new_' || name AS url, true AS listed, kind, 'new_' || name AS name, size,
    size_exact, modified, modified_utc, parent, sweep.started_at AS seen_at, size_error, modified_source, cue, dictation,
    is_current, false AS selected
FROM entries, sweep WHERE entries.rowid % 70 = 1
UNION ALL BY NAME
SELECT sweep_id, unit_id, url, false AS listed, 'file' AS kind, '' AS name, size, true AS size_exact, parent,
    fetched_at AS seen_at, 0 AS size_error, true AS is_current, true AS selected
FROM spooled_documents;

CREATE OR REPLACE TEMP TABLE spooled_skips AS
SELECT skips.* REPLACE (sweep.sweep_id AS sweep_id, sweep.started_at AS skipped_at)
FROM skips, sweep WHERE skips.sweep_id = sweep.latest;
