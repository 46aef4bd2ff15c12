-- What it takes to say that something is gone: the answers that it is not there, each with its way and its time, and
-- whether the host answered as before meanwhile.

ALTER TABLE sightings ADD COLUMN negatives STRUCT(route VARCHAR, answer VARCHAR, said_at TIMESTAMPTZ)[];
COMMENT ON COLUMN sightings.presence IS 'present; gone (that sweep had a definite answer that it is not there; the state gone takes two); or unknown';
COMMENT ON COLUMN sightings.basis IS 'matched; rematched; not_modified, same_listing, same_digest; a skip reason, of the place or of where its unit begins; not_listed; soft_404, login_page, host_refuses, canary_missing; fetched_without_match, not_confirmed (the same bytes, fetched, hold no letter: only a sketch had told of it), superseded (the same bytes are a letter of the pack now, and a finding of their own); not_met; or unit_failed, unit_interrupted, unit_not_reached';
COMMENT ON COLUMN sightings.negatives IS 'the definite answers that it is not there. route: direct, content (the same bytes hold no letter), refused (while the host''s canary path answered as before) or listing (read whole, between healthy canaries). answer: class or code. Empty (NULL) where there is none';

ALTER TABLE finding_states ADD COLUMN present_at TIMESTAMPTZ;
ALTER TABLE finding_states ADD COLUMN denied_since TIMESTAMPTZ;
ALTER TABLE finding_states ADD COLUMN returns INTEGER;
ALTER TABLE finding_states ADD COLUMN why VARCHAR;
COMMENT ON COLUMN finding_states.present_at IS 'when the latest sweep that saw it present did';
COMMENT ON COLUMN finding_states.denied_since IS 'the first definite negative since then, in the order of sweeps; empty while there is none';
COMMENT ON COLUMN finding_states.returns IS 'how often it came back after it was gone';
COMMENT ON COLUMN finding_states.why IS 'what the state rests on, in words';
COMMENT ON COLUMN finding_states.history IS 'answers, oldest first: P present, G not there (one sweep''s answer), U unknown';
COMMENT ON COLUMN sightings.history IS 'derived: answers up to this one, oldest first: P present, G not there (one sweep''s answer), U unknown';

-- A refusal counted without a look at the rest of the host, and a soft 404 for a 404.
UPDATE sightings SET presence = 'unknown' WHERE presence = 'gone' AND basis = 'access_denied';
UPDATE sightings SET presence = 'unknown', basis = 'soft_404'
FROM (
    SELECT findings.finding_id, skips.sweep_id FROM findings JOIN skips ON skips.url = findings.url
    WHERE skips.member = '' AND skips.reason = 'not_found' AND skips.detail = 'soft_404'
) AS soft
WHERE sightings.presence = 'gone' AND sightings.finding_id = soft.finding_id AND sightings.sweep_id = soft.sweep_id;

CREATE TABLE host_checks (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, url VARCHAR NOT NULL, turn VARCHAR NOT NULL,
    answer VARCHAR NOT NULL, detail VARCHAR NOT NULL, status INTEGER, sha256 VARCHAR, size BIGINT,
    checked_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE host_checks IS 'Did the host answer as before? Paths that are known to answer (canaries), asked before and after the places of a unit that holds findings.';
COMMENT ON COLUMN host_checks.sweep_id IS 'the sweep';
COMMENT ON COLUMN host_checks.unit_id IS 'the unit';
COMMENT ON COLUMN host_checks.url IS 'the canary path: named in the scope, a document that was there in the sweep before, or the unit''s start';
COMMENT ON COLUMN host_checks.turn IS 'before or after the unit''s places were asked for';
COMMENT ON COLUMN host_checks.answer IS 'as_before; changed (that document is another one now, or none: says nothing of the host); otherwise (it refused, or answers what it answers to all); unknown (no answer)';
COMMENT ON COLUMN host_checks.detail IS 'class or code of what was otherwise';
COMMENT ON COLUMN host_checks.status IS 'HTTP status; empty where nothing answered';
COMMENT ON COLUMN host_checks.sha256 IS 'SHA-256 of what was answered, in hex';
COMMENT ON COLUMN host_checks.size IS 'bytes of it';
COMMENT ON COLUMN host_checks.checked_at IS 'when';

CREATE TABLE absences (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, url VARCHAR NOT NULL, listing VARCHAR NOT NULL,
    rows BIGINT NOT NULL, read_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE absences IS 'Places of findings that the listing which named them no longer names, though it was read whole.';
COMMENT ON COLUMN absences.sweep_id IS 'the sweep';
COMMENT ON COLUMN absences.unit_id IS 'the unit';
COMMENT ON COLUMN absences.url IS 'the place';
COMMENT ON COLUMN absences.listing IS 'the listing';
COMMENT ON COLUMN absences.rows IS 'how many rows it has now';
COMMENT ON COLUMN absences.read_at IS 'when it was read';
