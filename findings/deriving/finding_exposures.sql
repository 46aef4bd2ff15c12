-- A folder above a document is asked once in each sweep; its answer lies in documents or skips like any other. A login
-- is asked where it answered 401, or refused and asked who we are. A refusal without that, or an empty place, is none.
-- The sweeps that read these findings' documents last, as constants, so that only their rows are read.
SET VARIABLE first_touched = (SELECT min(fetched_sweep) FROM findings SEMI JOIN touched USING (finding_id));
SET VARIABLE last_touched = (SELECT max(fetched_sweep) FROM findings SEMI JOIN touched USING (finding_id));
CREATE OR REPLACE TEMP TABLE made_exposures AS
WITH shown AS (
    SELECT findings.finding_id, findings.url, findings.member, documents.* EXCLUDE (url, member),
        units.start_url, string_split(split_part(findings.url, '?', 1), '/') AS parts
    FROM findings
    SEMI JOIN touched ON touched.finding_id = findings.finding_id
    JOIN documents ON documents.url = findings.url AND documents.member = findings.member
        AND documents.sweep_id = findings.fetched_sweep
        AND documents.sweep_id BETWEEN getvariable('first_touched') AND getvariable('last_touched')
    JOIN units ON units.sweep_id = documents.sweep_id AND units.unit_id = documents.unit_id
    -- A recheck asks for single places: what a sweep learned of the way to them stays.
    JOIN sweeps ON sweeps.sweep_id = documents.sweep_id
    WHERE sweeps.kind <> 'recheck'
        OR findings.finding_id NOT IN (SELECT finding_id FROM finding_exposures WHERE transport IS NOT NULL)
    QUALIFY row_number() OVER (
        PARTITION BY findings.finding_id ORDER BY documents.fetched_at DESC, documents.unit_id
    ) = 1
), above AS (
    -- Folders inside the target, the nearest last. A document that is a folder does not lie in itself.
    SELECT finding_id, sweep_id, depth, array_to_string(parts[1:depth], '/') || '/' AS folder
    FROM shown, unnest(range(3, len(parts))) AS depths(depth)
    WHERE starts_with(folder, regexp_replace(split_part(start_url, '?', 1), '[^/]*$', ''))
        AND folder <> split_part(url, '?', 1)
), told AS (
    SELECT sweep_id, url AS folder, 'no' AS login, is_listing FROM documents
    WHERE member = '' AND sweep_id BETWEEN getvariable('first_touched') AND getvariable('last_touched')
    UNION ALL
    SELECT sweep_id, requested_url, CASE WHEN starts_with(url, requested_url) THEN 'no' END,
        CASE WHEN starts_with(url, requested_url) THEN is_listing END
    FROM documents
    WHERE requested_url IS NOT NULL AND sweep_id BETWEEN getvariable('first_touched') AND getvariable('last_touched')
    UNION ALL
    SELECT sweep_id, url,
        CASE
            WHEN reason = 'access_denied' AND regexp_matches(detail, '^http_401|\blogin$') THEN 'yes'
            WHEN reason IN ('access_denied', 'not_found') THEN 'no'
        END,
        CASE WHEN reason IN ('access_denied', 'not_found') THEN 'no' END
    FROM skips WHERE member = '' AND sweep_id BETWEEN getvariable('first_touched') AND getvariable('last_touched')
), folders AS (
    SELECT above.finding_id, above.depth,
        bool_or(told.login = 'yes') AS asks, bool_or(told.login = 'no') AS asks_not,
        max(told.is_listing) FILTER (told.is_listing <> 'unknown') AS is_listing
    FROM above LEFT JOIN told ON told.sweep_id = above.sweep_id AND told.folder = above.folder
    GROUP BY above.finding_id, above.depth
), asked AS (
    SELECT finding_id,
        CASE
            WHEN bool_or(coalesce(asks, false)) THEN 'yes'
            WHEN bool_and(coalesce(asks_not, false)) THEN 'no'
            ELSE 'unknown'
        END AS login,
        arg_max(coalesce(is_listing, 'unknown'), depth) AS is_listing
    FROM folders GROUP BY finding_id
)
SELECT shown.finding_id, shown.fetched_at, shown.transport, shown.tls,
    -- Without a folder above it, inside the target, none asks.
    CASE WHEN shown.auth_above IN ('yes', 'no') THEN shown.auth_above ELSE coalesce(asked.login, 'no') END AS auth_above,
    shown.listed,
    -- A bucket has one listing for all that is in it.
    CASE WHEN shown.listed = 'yes' THEN 'yes' ELSE coalesce(bucket.listable, asked.is_listing, 'unknown') END
        AS folder_listed,
    shown.is_current, shown.indexable, shown.index_basis, shown.robots_disallow, shown.parent, shown.reached_by, shown.found_as,
    shown.requested_url, map_extract(shown.headers, 'server')[1] AS server,
    map_extract(shown.headers, 'etag')[1] AS etag, shown.server_modified, shown.size, shown.sweep_id, shown.unit_id
FROM shown
LEFT JOIN asked ON asked.finding_id = shown.finding_id
LEFT JOIN (
    SELECT sweep_id, unit_id, max(listable) AS listable FROM buckets WHERE found_by = 'scope' GROUP BY sweep_id, unit_id
) AS bucket ON bucket.sweep_id = shown.sweep_id AND bucket.unit_id = shown.unit_id;

-- What can not be made anew, because its document has been purged, stays as it was.
DELETE FROM finding_exposures WHERE finding_id IN (SELECT finding_id FROM made_exposures);
INSERT INTO finding_exposures BY NAME SELECT * FROM made_exposures ORDER BY finding_id;
DROP TABLE made_exposures;
