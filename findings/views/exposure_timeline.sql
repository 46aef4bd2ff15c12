CREATE OR REPLACE VIEW exposure_timeline AS
SELECT findings.finding_id, findings.letter_id, findings.url, findings.member, findings.host, findings.supplier,
    findings.first_seen AS exposed_from_at_latest, 'first_seen_present' AS exposed_from_basis,
    findings.last_seen AS exposed_to_at_least, 'last_seen_present' AS exposed_to_basis,
    ended.seen_at AS exposed_to_at_most, ended.basis AS exposed_to_at_most_basis,
    findings.server_modified
FROM findings
LEFT JOIN (
    SELECT sightings.finding_id, min(sightings.seen_at) AS seen_at, arg_min(sightings.basis, sightings.seen_at) AS basis
    FROM sightings JOIN findings AS known ON known.finding_id = sightings.finding_id
    WHERE sightings.presence = 'gone' AND sightings.seen_at > known.last_seen
    GROUP BY sightings.finding_id
) AS ended ON ended.finding_id = findings.finding_id;
COMMENT ON VIEW exposure_timeline IS 'Since when and until when each finding was exposed: an interval, with a basis for each bound.';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_latest IS 'exposed from here on at the latest; it may have been earlier';
COMMENT ON COLUMN exposure_timeline.exposed_from_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_least IS 'exposed until here at the least';
COMMENT ON COLUMN exposure_timeline.exposed_to_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most IS 'first definitive negative after that; empty while there is none';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.server_modified IS 'the server''s Last-Modified: a date of the file, never of its exposure';
