-- Places of findings that a sweep asks for whatever its listings say, by the unit that saw them last, a piece by the unit
-- that it is one of, since bounds move; and for each such unit paths that are known to answer: its start, and small documents that were there when they were last asked for and
-- make no finding.
WITH wholes AS (
    -- Of units that hold anything: a plan may have a million that hold nothing.
    SELECT unit_id, coalesce(max(parent), unit_id) AS whole FROM units
    WHERE unit_id IN (SELECT unit_id FROM findings) OR unit_id IN (SELECT unit_id FROM documents)
    GROUP BY unit_id
), wanted AS (
    SELECT findings.finding_id, findings.url, findings.sha256, coalesce(wholes.whole, findings.unit_id) AS unit_id,
        findings.media_type, exposures.parent, exposures.listed
    FROM findings
    LEFT JOIN wholes ON wholes.unit_id = findings.unit_id
    JOIN finding_states AS states ON states.finding_id = findings.finding_id
    LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = findings.finding_id
    WHERE states.state <> 'gone' OR states.gone_at > $gone_since
), places AS (
    SELECT unit_id, url, any_value(parent) FILTER (listed = 'yes') AS parent, any_value(sha256) AS sha256,
        list(finding_id ORDER BY finding_id) AS finding_ids, any_value(media_type) AS media_type
    FROM wanted GROUP BY unit_id, url
), lengths AS (
    -- Of each listing, as it was when it was last read.
    SELECT parent, last_sweep, count(*) AS rows FROM entries
    WHERE parent IN (SELECT parent FROM places) GROUP BY parent, last_sweep
    QUALIFY row_number() OVER (PARTITION BY parent ORDER BY last_sweep DESC) = 1
), fetched AS (
    SELECT wholes.whole AS unit_id, url, sha256, size, media_type, verdict, status, is_listing
    FROM documents JOIN wholes ON wholes.unit_id = documents.unit_id
    WHERE member = '' AND wholes.whole IN (SELECT unit_id FROM places)
    QUALIFY row_number() OVER (PARTITION BY wholes.whole, url ORDER BY fetched_at DESC) = 1
), starts AS (
    SELECT fetched.* FROM fetched
    JOIN (SELECT DISTINCT unit_id, start_url FROM units WHERE unit_id IN (SELECT unit_id FROM places)) AS units
        ON units.unit_id = fetched.unit_id AND units.start_url = fetched.url
), still AS (
    -- Small, no page, no listing: its bytes stay the same while nobody changes it.
    SELECT fetched.* FROM fetched
    JOIN entries ON entries.url = fetched.url AND entries.outcome IN ('fetched', 'unchanged')
    ANTI JOIN findings ON findings.url = fetched.url
    WHERE fetched.size BETWEEN 1 AND $most_bytes AND coalesce(fetched.is_listing, 'no') <> 'yes'
        AND fetched.media_type NOT IN ('text/html', 'application/xhtml+xml')
    QUALIFY row_number() OVER (PARTITION BY fetched.unit_id ORDER BY entries.last_seen DESC, fetched.size, fetched.url) <= $documents
)
SELECT * FROM (
    SELECT places.*, coalesce(lengths.rows, 0) AS rows FROM places LEFT JOIN lengths ON lengths.parent = places.parent
    UNION ALL BY NAME
    SELECT unit_id, url, sha256, []::VARCHAR[] AS finding_ids, media_type, 0 AS rows FROM starts
    UNION ALL BY NAME
    SELECT still.unit_id, still.url, still.sha256, []::VARCHAR[] AS finding_ids, still.media_type, 0 AS rows
    FROM still ANTI JOIN starts ON starts.unit_id = still.unit_id AND starts.url = still.url
)
ORDER BY unit_id, len(finding_ids) = 0, url;
