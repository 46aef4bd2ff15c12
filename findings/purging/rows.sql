-- Which rows go with them, and which by their age: by `rowid`, so that a preview counts exactly what is deleted.
-- Units of old sweeps whose details go. The latest sweep of a scope stays, and a unit that a finding which stays was
-- last seen in: how it lay open rests on it.
CREATE OR REPLACE TEMP TABLE doomed_units AS
WITH latest AS (
    SELECT sweep_id FROM sweeps WHERE kind = 'sweep'
    QUALIFY row_number() OVER (PARTITION BY scope_digest ORDER BY started_at DESC, sweep_id DESC) = 1
), kept AS (
    SELECT DISTINCT unnest([last_sweep, fetched_sweep]) AS sweep_id, unit_id FROM findings ANTI JOIN doomed USING (finding_id)
)
SELECT units.sweep_id, units.unit_id
FROM units
JOIN sweeps ON sweeps.sweep_id = units.sweep_id
JOIN cut_off ON cut_off.rule = 'documents' AND coalesce(sweeps.ended_at, sweeps.started_at) < cut_off.before
ANTI JOIN latest ON latest.sweep_id = units.sweep_id
ANTI JOIN kept ON kept.sweep_id = units.sweep_id AND kept.unit_id = units.unit_id;

CREATE OR REPLACE TEMP TABLE doomed_documents AS
SELECT documents.rowid AS row FROM documents
LEFT JOIN doomed_units AS old ON old.sweep_id = documents.sweep_id AND old.unit_id = documents.unit_id
LEFT JOIN doomed_places AS place ON place.url = documents.url AND place.member = documents.member
LEFT JOIN doomed_urls AS gone ON gone.url = documents.url
WHERE old.sweep_id IS NOT NULL OR place.url IS NOT NULL OR gone.url IS NOT NULL;

-- A sketch goes with the last document that it was made of.
CREATE OR REPLACE TEMP TABLE doomed_sketches AS
SELECT sketches.rowid AS row FROM sketches
ANTI JOIN (
    SELECT sha256 FROM documents ANTI JOIN doomed_documents ON doomed_documents.row = documents.rowid WHERE member = ''
) AS kept ON kept.sha256 = sketches.sha256;

CREATE OR REPLACE TEMP TABLE doomed_matches AS
SELECT matches.rowid AS row FROM matches
LEFT JOIN doomed_units AS old ON old.sweep_id = matches.sweep_id AND old.unit_id = matches.unit_id
LEFT JOIN doomed ON doomed.finding_id = matches.finding_id
LEFT JOIN doomed_places AS place ON place.url = matches.url AND place.member = matches.member
WHERE old.sweep_id IS NOT NULL OR doomed.finding_id IS NOT NULL OR place.url IS NOT NULL;

CREATE OR REPLACE TEMP TABLE doomed_skips AS
SELECT skips.rowid AS row FROM skips
LEFT JOIN doomed_units AS old ON old.sweep_id = skips.sweep_id AND old.unit_id = skips.unit_id
LEFT JOIN doomed_urls AS gone ON gone.url = skips.url
WHERE old.sweep_id IS NOT NULL OR gone.url IS NOT NULL;

CREATE OR REPLACE TEMP TABLE doomed_host_checks AS
SELECT host_checks.rowid AS row FROM host_checks
LEFT JOIN doomed_units AS old ON old.sweep_id = host_checks.sweep_id AND old.unit_id = host_checks.unit_id
LEFT JOIN doomed_urls AS gone ON gone.url = host_checks.url
WHERE old.sweep_id IS NOT NULL OR gone.url IS NOT NULL;

CREATE OR REPLACE TEMP TABLE doomed_absences AS
SELECT absences.rowid AS row FROM absences
LEFT JOIN doomed_units AS old ON old.sweep_id = absences.sweep_id AND old.unit_id = absences.unit_id
LEFT JOIN doomed_urls AS gone ON gone.url = absences.url
WHERE old.sweep_id IS NOT NULL OR gone.url IS NOT NULL;

CREATE OR REPLACE TEMP TABLE doomed_entries AS
SELECT entries.rowid AS row FROM entries
LEFT JOIN cut_off ON cut_off.rule = 'listings' AND entries.last_seen < cut_off.before
LEFT JOIN doomed_urls AS gone ON gone.url = entries.url
LEFT JOIN kept_urls ON kept_urls.url = entries.url
WHERE kept_urls.url IS NULL AND (cut_off.rule IS NOT NULL OR gone.url IS NOT NULL);

CREATE OR REPLACE TEMP TABLE doomed_bucket_leads AS
SELECT bucket_leads.rowid AS row
FROM bucket_leads JOIN cut_off ON cut_off.rule = 'listings' AND bucket_leads.last_seen < cut_off.before;
