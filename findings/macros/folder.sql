CREATE OR REPLACE MACRO folder(wanted) AS TABLE
SELECT places.url, coalesce(latest.member, '') AS member, places.outcome, latest.verdict, told.letter_ids, told.states,
    latest.fetched_at, coalesce(latest.size, places.size) AS size, latest.media_type, left_out.reason AS skipped_because,
    places.modified, places.first_seen, places.last_seen, latest.sha256
FROM (SELECT * FROM entries WHERE url >= wanted AND starts_with(url, wanted)) AS places
LEFT JOIN (
    SELECT * FROM documents WHERE url >= wanted AND starts_with(url, wanted)
    QUALIFY row_number() OVER (PARTITION BY url, member ORDER BY fetched_at DESC, sweep_id DESC) = 1
) AS latest ON latest.url = places.url
LEFT JOIN (
    SELECT url, arg_max(reason, skipped_at) AS reason FROM skips
    WHERE member = '' AND url >= wanted AND starts_with(url, wanted) GROUP BY url
) AS left_out ON left_out.url = places.url AND places.outcome = 'skipped'
LEFT JOIN (
    SELECT url, member, list(DISTINCT letter_id ORDER BY letter_id) FILTER (letter_id IS NOT NULL) AS letter_ids,
        list(DISTINCT state ORDER BY state) AS states
    FROM finding_status WHERE url >= wanted AND starts_with(url, wanted) GROUP BY url, member
) AS told ON told.url = places.url AND told.member = coalesce(latest.member, '')
ORDER BY places.url, member;
COMMENT ON MACRO TABLE folder IS 'folder(''http://…/''): every place whose address begins so, opened or not, with its latest verdict, its letters, and why it was skipped.';
