-- Only what is sure bounds an exposure. That an earlier sweep did not find a letter is no bound: it may not have got there,
-- or the letter may not have been in the pack. An earlier fetch of the very same content is one, and so is the server's
-- own no for exactly this place. Between two answers that it was there, an answer that it was not divides the exposure:
-- what lies between them is a gap, and no part of what is proven. Answers that are unknown divide nothing.
CREATE OR REPLACE VIEW exposure_timeline AS
WITH known AS (
    SELECT findings.finding_id, min(documents.fetched_at) AS fetched_at
    FROM findings
    JOIN documents ON documents.url = findings.url AND documents.member = findings.member
        AND documents.sha256 = findings.sha256 AND documents.fetched_at < findings.first_seen
    GROUP BY findings.finding_id
), denied AS (
    SELECT findings.finding_id, max(skips.skipped_at) AS skipped_at, arg_max(skips.reason, skips.skipped_at) AS reason
    FROM findings
    JOIN skips ON skips.url = findings.url AND skips.skipped_at < findings.first_seen
    WHERE skips.member = '' AND skips.reason IN ('not_found', 'access_denied')
    GROUP BY findings.finding_id
), definite AS (
    SELECT sightings.finding_id, sightings.presence, sightings.seen_at, sightings.basis,
        count(*) FILTER (sightings.presence = 'present') OVER (
            PARTITION BY sightings.finding_id ORDER BY length(sightings.history)
        ) AS stretch
    FROM sightings
    SEMI JOIN (SELECT finding_id FROM finding_states WHERE regexp_matches(history, 'P[^P]*G[^P]*P')) AS broken
        ON broken.finding_id = sightings.finding_id
    WHERE sightings.presence <> 'unknown'
), stretches AS (
    SELECT finding_id, stretch, max(seen_at) FILTER (presence = 'present') AS seen_before,
        min(seen_at) FILTER (presence = 'gone') AS not_there_from, max(seen_at) FILTER (presence = 'gone') AS not_there_until,
        count(*) FILTER (presence = 'gone') AS answers, arg_min(basis, seen_at) FILTER (presence = 'gone') AS basis
    FROM definite GROUP BY finding_id, stretch
), gaps AS (
    SELECT *, lead(seen_before) OVER (PARTITION BY finding_id ORDER BY stretch) AS seen_again
    FROM stretches
    QUALIFY answers > 0 AND seen_before IS NOT NULL AND seen_again IS NOT NULL
), divided AS (
    SELECT finding_id, sum(date_diff('day', seen_before, seen_again)) AS days,
        list({
            'seen_before': seen_before, 'not_there_from': not_there_from, 'not_there_until': not_there_until,
            'seen_again': seen_again, 'answers': answers, 'basis': basis
        } ORDER BY stretch) AS gaps
    FROM gaps GROUP BY finding_id
)
SELECT findings.finding_id, findings.letter_id, findings.url, findings.member, findings.host, findings.supplier,
    coalesce(known.fetched_at, findings.first_seen) AS exposed_from_at_latest,
    CASE WHEN known.fetched_at IS NULL THEN 'first_seen_present' ELSE 'same_content_fetched' END AS exposed_from_basis,
    findings.last_seen AS exposed_to_at_least, 'last_seen_present' AS exposed_to_basis,
    states.gone_at AS exposed_to_at_most, states.gone_basis AS exposed_to_at_most_basis,
    findings.server_modified,
    CASE WHEN denied.skipped_at < coalesce(known.fetched_at, findings.first_seen) THEN denied.skipped_at END
        AS exposed_from_at_earliest,
    CASE WHEN denied.skipped_at < coalesce(known.fetched_at, findings.first_seen) THEN denied.reason END
        AS exposed_from_at_earliest_basis,
    coalesce(divided.gaps, []) AS gaps,
    date_diff('day', findings.first_seen, findings.last_seen) - coalesce(divided.days, 0)::BIGINT AS days_at_least
FROM findings
LEFT JOIN finding_states AS states ON states.finding_id = findings.finding_id
LEFT JOIN known ON known.finding_id = findings.finding_id
LEFT JOIN denied ON denied.finding_id = findings.finding_id
LEFT JOIN divided ON divided.finding_id = findings.finding_id;
COMMENT ON VIEW exposure_timeline IS 'Since when and until when each finding was exposed: an interval, with a basis for each bound, and the gaps in it.';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_latest IS 'exposed from here on at the latest; it may have been earlier';
COMMENT ON COLUMN exposure_timeline.exposed_from_basis IS 'what this bound rests on: first_seen_present; or same_content_fetched, where the same bytes had been fetched before they were known for a letter';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_least IS 'exposed until here at the least, but for the gaps';
COMMENT ON COLUMN exposure_timeline.exposed_to_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most IS 'first definitive negative after that; empty while there is none';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.server_modified IS 'the server''s Last-Modified: a date of the file, never of its exposure';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_earliest IS 'the server''s last no for this place before it was exposed: it was not there then; empty where there is none, so that it may have lain there long before';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_earliest_basis IS 'what this bound rests on: not_found or access_denied';
COMMENT ON COLUMN exposure_timeline.gaps IS 'when it was not there in between: last seen before, first and last of the answers that it was not there, seen again, how many such answers, what the first rests on; one such answer may be an outage of an hour';
COMMENT ON COLUMN exposure_timeline.days_at_least IS 'days from first_seen to last_seen, those of the gaps taken off';
