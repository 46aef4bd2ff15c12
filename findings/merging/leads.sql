-- One row per bucket, object and unit, however often its address was met.
CREATE OR REPLACE TEMP TABLE met_leads AS
SELECT * EXCLUDE (seen_at, had_credential), bool_or(had_credential) OVER lead AS had_credential,
    min(seen_at) OVER lead AS first_seen, max(seen_at) OVER lead AS last_seen
FROM spool_leads
WINDOW lead AS (PARTITION BY unit_id, url, key)
QUALIFY row_number() OVER (PARTITION BY unit_id, url, key ORDER BY seen_at DESC, rowid DESC) = 1;

UPDATE bucket_leads SET
    had_credential = bucket_leads.had_credential OR new.had_credential,
    met_in = CASE WHEN later THEN new.met_in ELSE bucket_leads.met_in END,
    parent = CASE WHEN later THEN new.parent ELSE bucket_leads.parent END,
    first_sweep = CASE WHEN new.first_seen < bucket_leads.first_seen THEN new.sweep_id ELSE bucket_leads.first_sweep END,
    last_sweep = CASE WHEN later THEN new.sweep_id ELSE bucket_leads.last_sweep END,
    first_seen = least(bucket_leads.first_seen, new.first_seen),
    last_seen = greatest(bucket_leads.last_seen, new.last_seen)
FROM (
    SELECT met_leads.*, met_leads.last_seen >= known.last_seen AS later
    FROM met_leads JOIN bucket_leads AS known USING (unit_id, url, key)
) AS new
WHERE bucket_leads.unit_id = new.unit_id AND bucket_leads.url = new.url AND bucket_leads.key = new.key;

INSERT INTO bucket_leads BY NAME
SELECT * EXCLUDE (sweep_id), sweep_id AS first_sweep, sweep_id AS last_sweep
FROM met_leads ANTI JOIN bucket_leads AS known USING (unit_id, url, key);
