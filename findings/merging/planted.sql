-- Which findings are canary letters where they were planted, and which are copies of one that somebody took.
UPDATE findings SET canary = known.canary
FROM (
    SELECT present.finding_id,
        CASE WHEN bool_or(
            coalesce(place.letter_id = present.letter_id OR present.letter_id IS NULL OR place.sha256 = present.sha256, false)
        ) THEN 'planted' ELSE 'elsewhere' END AS canary
    FROM present
    LEFT JOIN canary_places AS place ON place.url IN (present.url, present.requested_url)
    -- Letters that `stray canary make` made have such ids, in whatever pack.
    WHERE starts_with(present.letter_id, 'STRAY-CANARY-')
        OR present.letter_id IN (SELECT letter_id FROM canary_places) OR place.url IS NOT NULL
            AND (present.letter_id IS NULL OR place.sha256 = present.sha256)
    GROUP BY present.finding_id
) AS known
WHERE findings.finding_id = known.finding_id AND findings.canary IS DISTINCT FROM known.canary;
