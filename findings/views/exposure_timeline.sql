CREATE OR REPLACE VIEW exposure_timeline AS
SELECT findings.finding_id, findings.letter_id, findings.url, findings.member, findings.host, findings.supplier,
    findings.first_seen AS exposed_from_at_latest, 'first_seen_present' AS exposed_from_basis,
    findings.last_seen AS exposed_to_at_least, 'last_seen_present' AS exposed_to_basis,
    states.gone_at AS exposed_to_at_most, states.gone_basis AS exposed_to_at_most_basis,
    findings.server_modified
FROM findings LEFT JOIN finding_states AS states ON states.finding_id = findings.finding_id;
COMMENT ON VIEW exposure_timeline IS 'Since when and until when each finding was exposed: an interval, with a basis for each bound.';
COMMENT ON COLUMN exposure_timeline.exposed_from_at_latest IS 'exposed from here on at the latest; it may have been earlier';
COMMENT ON COLUMN exposure_timeline.exposed_from_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_least IS 'exposed until here at the least';
COMMENT ON COLUMN exposure_timeline.exposed_to_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most IS 'first definitive negative after that; empty while there is none';
COMMENT ON COLUMN exposure_timeline.exposed_to_at_most_basis IS 'what this bound rests on';
COMMENT ON COLUMN exposure_timeline.server_modified IS 'the server''s Last-Modified: a date of the file, never of its exposure';
