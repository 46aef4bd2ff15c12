-- Has the sweep found the letters that it must find? Fetched is not enough: it has to be known at its place, by this
-- sweep's own matching or by an answer that it is unchanged.
INSERT INTO canary_checks BY NAME
WITH ended AS (
    SELECT sweep_id FROM spool_end
), asked AS (
    SELECT ended.sweep_id, expected.canary_id, expected.unit_id, expected.url, expected.letter_id, expected.sha256
    FROM spool_canaries AS expected, ended
), fetched AS (
    SELECT documents.url, documents.requested_url FROM documents SEMI JOIN ended USING (sweep_id)
    WHERE documents.url IN (SELECT url FROM asked) OR documents.requested_url IN (SELECT url FROM asked)
), places AS (
    SELECT canary_id, url AS place FROM asked
    UNION SELECT asked.canary_id, fetched.url FROM asked JOIN fetched ON fetched.requested_url = asked.url
), found AS (
    SELECT DISTINCT asked.canary_id
    FROM asked
    JOIN places ON places.canary_id = asked.canary_id
    JOIN findings ON findings.url = places.place AND findings.verdict = 'known_letter'
        AND findings.letter_id = coalesce(asked.letter_id, findings.letter_id)
        AND findings.sha256 = coalesce(asked.sha256, findings.sha256)
    JOIN sightings ON sightings.finding_id = findings.finding_id AND sightings.sweep_id = asked.sweep_id
        AND sightings.presence = 'present'
), skipped AS (
    SELECT asked.canary_id, min(skips.reason) AS reason
    FROM asked JOIN skips ON skips.sweep_id = asked.sweep_id AND skips.url = asked.url AND skips.member = ''
    GROUP BY asked.canary_id
), broken AS (
    -- The letter may lie in any piece of a unit that was cut.
    SELECT asked.canary_id, min(units.state) AS state
    FROM asked
    JOIN units ON units.sweep_id = asked.sweep_id AND asked.unit_id IN (units.unit_id, units.parent)
    WHERE units.state <> 'finished'
    GROUP BY asked.canary_id
)
SELECT asked.sweep_id, asked.canary_id, asked.unit_id,
    CASE WHEN found.canary_id IS NOT NULL THEN 'found' ELSE 'missing' END AS outcome,
    CASE
        WHEN found.canary_id IS NOT NULL THEN 'known_letter'
        WHEN fetched.url IS NOT NULL THEN 'fetched_without_match'
        WHEN skipped.reason IS NOT NULL THEN skipped.reason
        WHEN broken.canary_id IS NOT NULL THEN 'unit_' || broken.state
        ELSE 'not_met'
    END AS basis
FROM asked
LEFT JOIN found ON found.canary_id = asked.canary_id
LEFT JOIN skipped ON skipped.canary_id = asked.canary_id
LEFT JOIN (SELECT DISTINCT unnest([url, requested_url]) AS url FROM fetched) AS fetched ON fetched.url = asked.url
LEFT JOIN broken ON broken.canary_id = asked.canary_id;
