CREATE OR REPLACE MACRO content(wanted) AS TABLE
SELECT seen.url, seen.member, seen.verdict, list_sort(list_distinct(list(status.letter_id))) AS letter_ids,
    bool_or(NOT status.settled AND status.state <> 'gone') AS is_open, seen.first_fetched, seen.last_fetched,
    seen.fetches, seen.size, seen.media_type, seen.sha256, list(status.finding_id ORDER BY status.finding_id)
        FILTER (status.finding_id IS NOT NULL) AS finding_ids
FROM (
    SELECT url, member, sha256, arg_max(verdict, fetched_at) AS verdict, min(fetched_at) AS first_fetched,
        max(fetched_at) AS last_fetched, sum(fetches)::BIGINT AS fetches, any_value(size) AS size,
        any_value(media_type) AS media_type
    FROM (
        SELECT url, member, sha256, verdict, fetched_at, size, media_type, 1 AS fetches
        FROM documents WHERE starts_with(sha256, lower(wanted))
        UNION ALL
        -- What proves a finding outlives the documents.
        SELECT known.url, known.member, evidence.sha256, known.verdict, evidence.captured_at, evidence.size,
            evidence.media_type, 0
        FROM evidence JOIN findings AS known ON known.finding_id = evidence.finding_id
        WHERE starts_with(evidence.sha256, lower(wanted))
    )
    GROUP BY url, member, sha256
) AS seen
LEFT JOIN finding_status AS status ON status.url = seen.url AND status.member = seen.member
GROUP BY ALL
ORDER BY seen.first_fetched, seen.url, seen.member;
COMMENT ON MACRO TABLE content IS 'content(''9f86d0…''): every address that held a file with this SHA-256, or one that begins so, and what it was.';
