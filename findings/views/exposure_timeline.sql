-- Only what is sure bounds an exposure. That an earlier sweep did not find a letter is no bound: it may not have got there,
-- or the letter may not have been in the pack. An earlier fetch of the very same content is one, and so is the server's
-- own no for exactly this place.
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
        AS exposed_from_at_earliest_basis
FROM findings
LEFT JOIN finding_states AS states ON states.finding_id = findings.finding_id
LEFT JOIN known ON known.finding_id = findings.finding_id
LEFT JOIN denied ON denied.finding_id = findings.finding_id;
COMMENT ON VIEW exposure_timeline IS 'Since when and until when each finding was exposed: an interval, with a basis for each bound.';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_latest IS 'exposed from here on at the latest; it may have been earlier';
COMMENT ON COLUMN exposure_timeline.exposed_from_basis IS 'what this bound rests on: first_seen_present; or same_content_fetched, where the same bytes had been fetched before they were known for a letter';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_least IS 'exposed until here at the least';
COMMENT ON COLUMN exposure_timeline.exposed_to_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most IS 'first definitive negative after that; empty while there is none';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.server_modified IS 'the server''s Last-Modified: a date of the file, never of its exposure';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_earliest IS 'the server''s last no for this place before it was exposed: it was not there then; empty where there is none, so that it may have lain there long before';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_earliest_basis IS 'what this bound rests on: not_found or access_denied';
