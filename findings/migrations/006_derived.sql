-- What a view would compute of millions of rows at each question is computed once, in the merge's transaction, and kept.
-- The statements are in findings/deriving; all of it can be made anew from the facts.

-- Answers without their index: 5 M of them took 0.5 GB with it, and each sweep's a second longer. The ledger keeps each
-- row single. They lie in the order of findings within a sweep, so that a finding's are found without reading all.
CREATE TABLE sightings_before AS SELECT * FROM sightings;
DROP TABLE sightings;
CREATE TABLE sightings (
    finding_id VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL, presence VARCHAR NOT NULL, basis VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL, history VARCHAR, state VARCHAR, after_sweep VARCHAR
);
INSERT INTO sightings BY NAME SELECT * FROM sightings_before ORDER BY sweep_id, finding_id;
DROP TABLE sightings_before;
COMMENT ON TABLE sightings IS 'Each sweep''s answer for each finding that it could have met.';
COMMENT ON COLUMN sightings.finding_id IS 'the finding';
COMMENT ON COLUMN sightings.sweep_id IS 'the sweep';
COMMENT ON COLUMN sightings.presence IS 'present, gone (one definitive negative) or unknown';
COMMENT ON COLUMN sightings.basis IS 'matched; a skip reason, of the place or of where its unit begins; fetched_without_match; not_met; or unit_failed, unit_interrupted, unit_not_reached';
COMMENT ON COLUMN sightings.seen_at IS 'when the answer was had';
COMMENT ON COLUMN sightings.history IS 'derived: answers up to this one, oldest first: P present, G gone, U unknown';
COMMENT ON COLUMN sightings.state IS 'derived: new, open, reappeared, unknown or gone, after this answer';
COMMENT ON COLUMN sightings.after_sweep IS 'derived: the sweep of the answer before; empty for the first';

CREATE TABLE finding_states (
    finding_id VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL, sweep_started_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL, basis VARCHAR NOT NULL, answered_at TIMESTAMPTZ NOT NULL, history VARCHAR NOT NULL,
    gone_at TIMESTAMPTZ, gone_basis VARCHAR, reappeared_at TIMESTAMPTZ
);
COMMENT ON TABLE finding_states IS 'Derived from sightings: how each finding stands after its latest answer, one row per finding.';
COMMENT ON COLUMN finding_states.finding_id IS 'the finding';
COMMENT ON COLUMN finding_states.sweep_id IS 'the sweep of its latest answer';
COMMENT ON COLUMN finding_states.sweep_started_at IS 'when that sweep began';
COMMENT ON COLUMN finding_states.state IS 'new, open, reappeared, unknown or gone, after the latest sweep that could tell';
COMMENT ON COLUMN finding_states.basis IS 'what the latest answer rests on';
COMMENT ON COLUMN finding_states.answered_at IS 'when the latest answer was had';
COMMENT ON COLUMN finding_states.history IS 'answers, oldest first: P present, G gone, U unknown';
COMMENT ON COLUMN finding_states.gone_at IS 'first definitive negative since it was last seen; empty while there is none';
COMMENT ON COLUMN finding_states.gone_basis IS 'what that negative rests on';
COMMENT ON COLUMN finding_states.reappeared_at IS 'when it last came back after it was gone; empty if it never did';

CREATE TABLE finding_exposures (
    finding_id VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, fetched_at TIMESTAMPTZ NOT NULL,
    transport VARCHAR, tls VARCHAR, auth_above VARCHAR NOT NULL, listed VARCHAR, folder_listed VARCHAR NOT NULL,
    is_current VARCHAR, indexable VARCHAR, index_basis VARCHAR, robots_disallow VARCHAR, parent VARCHAR,
    reached_by VARCHAR[], found_as VARCHAR, requested_url VARCHAR, server VARCHAR, etag VARCHAR,
    server_modified TIMESTAMPTZ, size BIGINT NOT NULL
);
COMMENT ON TABLE finding_exposures IS 'Derived from documents, skips and buckets: how each finding lies open, as last fetched, one row per finding. Outlives the documents that it was made of.';
COMMENT ON COLUMN finding_exposures.finding_id IS 'the finding';
COMMENT ON COLUMN finding_exposures.sweep_id IS 'the sweep that fetched it last';
COMMENT ON COLUMN finding_exposures.unit_id IS 'the unit that fetched it last';
COMMENT ON COLUMN finding_exposures.fetched_at IS 'when it was fetched';
COMMENT ON COLUMN finding_exposures.transport IS 'http, https, ftp or ftps';
COMMENT ON COLUMN finding_exposures.tls IS 'of the connection: valid, expired, not_yet_valid, wrong_host, self_signed, untrusted, revoked; none (plain), failed (offered, came to nothing; plain), unknown';
COMMENT ON COLUMN finding_exposures.auth_above IS 'does any folder above it, inside the target, ask for a login: yes, no, unknown';
COMMENT ON COLUMN finding_exposures.listed IS 'yes if a server''s listing named it, no if only a link did, or unknown';
COMMENT ON COLUMN finding_exposures.folder_listed IS 'does a server''s listing show it, or would the listing of its folder: yes, no, unknown';
COMMENT ON COLUMN finding_exposures.is_current IS 'is it what the plain address gives: yes; no (an earlier version, or one behind a deletion); unknown';
COMMENT ON COLUMN finding_exposures.indexable IS 'could a search engine hold its text: yes, no, unknown';
COMMENT ON COLUMN finding_exposures.index_basis IS 'what that rests on: nothing_forbids, robots_txt, x_robots_tag, meta_robots, some_engines (others are told to keep out), canonical (the page names another address as its own), page_not_read, ftp';
COMMENT ON COLUMN finding_exposures.robots_disallow IS 'does robots.txt ask us to keep out of it: yes, no, unknown';
COMMENT ON COLUMN finding_exposures.parent IS 'listing or page that named it';
COMMENT ON COLUMN finding_exposures.reached_by IS 'the way that led to it: addresses from the unit''s start to what named it';
COMMENT ON COLUMN finding_exposures.found_as IS 'the address as it was found, where its spelling differs';
COMMENT ON COLUMN finding_exposures.requested_url IS 'what was asked for, where a redirect led elsewhere';
COMMENT ON COLUMN finding_exposures.server IS 'the server''s name for itself';
COMMENT ON COLUMN finding_exposures.etag IS 'the server''s mark of this version of the file';
COMMENT ON COLUMN finding_exposures.server_modified IS 'the server''s Last-Modified; not the date of exposure';
COMMENT ON COLUMN finding_exposures.size IS 'bytes of the fetched file, or of the file inside';

CREATE TABLE unit_counts (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, documents BIGINT NOT NULL, undetermined BIGINT NOT NULL,
    not_selected BIGINT NOT NULL, skipped BIGINT NOT NULL, skipped_by_reason MAP(VARCHAR, UBIGINT) NOT NULL
);
COMMENT ON TABLE unit_counts IS 'Derived from documents, skips and entries: what each sweep looked at and skipped, one row per unit of a sweep.';
COMMENT ON COLUMN unit_counts.sweep_id IS 'the sweep';
COMMENT ON COLUMN unit_counts.unit_id IS 'the unit';
COMMENT ON COLUMN unit_counts.documents IS 'documents fetched and judged';
COMMENT ON COLUMN unit_counts.undetermined IS 'of these, those that a person should look at';
COMMENT ON COLUMN unit_counts.not_selected IS 'rows of listings not worth a request (styles, fonts, programs, empty files), or beyond the budget; those that no later sweep has met';
COMMENT ON COLUMN unit_counts.skipped IS 'places not looked at, or only in part';
COMMENT ON COLUMN unit_counts.skipped_by_reason IS 'how many for which reason';

COMMENT ON COLUMN meta.name IS 'key_check, views_digest or deriving_digest';
