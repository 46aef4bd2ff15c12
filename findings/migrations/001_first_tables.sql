-- The tables of the first release. Times are UTC.
-- Large tables carry no index: 1 M places took 227 MB and 1.5 s per 100,000 rows with a primary key on the URL,
-- 36 MB and 0.2 s without. One merge at a time writes them, and its ledger keeps each row single.

CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL);
COMMENT ON TABLE schema_migrations IS 'Which migrations made this schema, each recorded in the transaction that did it.';
COMMENT ON COLUMN schema_migrations.version IS 'number of the migration file';
COMMENT ON COLUMN schema_migrations.name IS 'name of the migration file';
COMMENT ON COLUMN schema_migrations.applied_at IS 'when it was applied';

CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
COMMENT ON TABLE meta IS 'What the database knows of itself: the check value of its key, the digest of its views.';
COMMENT ON COLUMN meta.name IS 'key_check or views_digest';
COMMENT ON COLUMN meta.value IS 'its value; key_check tells nothing of the key';

CREATE TABLE sweeps (
    sweep_id VARCHAR PRIMARY KEY, kind VARCHAR NOT NULL, state VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ,
    organisation VARCHAR NOT NULL, authority VARCHAR NOT NULL, scope_digest VARCHAR NOT NULL,
    pack_check VARCHAR NOT NULL, stray_version VARCHAR NOT NULL
);
COMMENT ON TABLE sweeps IS 'One row per pass over a scope.';
COMMENT ON COLUMN sweeps.sweep_id IS 'begins with its time of start, so that ids sort by time';
COMMENT ON COLUMN sweeps.kind IS 'sweep, recheck or tip_off';
COMMENT ON COLUMN sweeps.state IS 'running (also: killed and not resumed), finished or interrupted';
COMMENT ON COLUMN sweeps.started_at IS 'when it began';
COMMENT ON COLUMN sweeps.ended_at IS 'when it ended; empty while running';
COMMENT ON COLUMN sweeps.organisation IS 'as the scope names it';
COMMENT ON COLUMN sweeps.authority IS 'reference of the written authority that it ran under';
COMMENT ON COLUMN sweeps.scope_digest IS 'tells whether two sweeps had the same scope';
COMMENT ON COLUMN sweeps.pack_check IS 'check value of the pack that it matched against';
COMMENT ON COLUMN sweeps.stray_version IS 'version of Stray that swept';

CREATE TABLE units (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, state VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, start_url VARCHAR NOT NULL, host VARCHAR NOT NULL,
    tier VARCHAR NOT NULL, supplier VARCHAR, authority VARCHAR NOT NULL,
    started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, requests BIGINT NOT NULL, bytes BIGINT NOT NULL, error VARCHAR NOT NULL,
    PRIMARY KEY (sweep_id, unit_id)
);
COMMENT ON TABLE units IS 'What became of each planned unit of each sweep.';
COMMENT ON COLUMN units.sweep_id IS 'the sweep';
COMMENT ON COLUMN units.unit_id IS 'the same in every sweep';
COMMENT ON COLUMN units.state IS 'finished, failed, interrupted or not_reached';
COMMENT ON COLUMN units.kind IS 'which source took it: site, open_directory, bucket';
COMMENT ON COLUMN units.start_url IS 'where it begins, as the scope says';
COMMENT ON COLUMN units.host IS 'host and port';
COMMENT ON COLUMN units.tier IS 'own, processor or third_party';
COMMENT ON COLUMN units.supplier IS 'who runs the target, as the scope says';
COMMENT ON COLUMN units.authority IS 'reference of the permission for this target';
COMMENT ON COLUMN units.started_at IS 'when its work began; empty if never';
COMMENT ON COLUMN units.ended_at IS 'when its work ended; empty if it never began';
COMMENT ON COLUMN units.requests IS 'requests made';
COMMENT ON COLUMN units.bytes IS 'bytes received';
COMMENT ON COLUMN units.error IS 'class of what broke it, else empty';

CREATE TABLE entries (
    url VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL,
    size BIGINT, size_exact BOOLEAN, modified TIMESTAMP, modified_utc BOOLEAN, parent VARCHAR,
    outcome VARCHAR NOT NULL, first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL,
    first_sweep VARCHAR NOT NULL, last_sweep VARCHAR NOT NULL
);
COMMENT ON TABLE entries IS 'Every place known to be there: one row per place, not per sweep.';
COMMENT ON COLUMN entries.url IS 'in clear: nobody could act without it; Stray shows it masked';
COMMENT ON COLUMN entries.unit_id IS 'the unit that met it last';
COMMENT ON COLUMN entries.kind IS 'file, directory, link or unknown, as listed';
COMMENT ON COLUMN entries.name IS 'last part of the path, decoded';
COMMENT ON COLUMN entries.size IS 'bytes, as listed or as fetched';
COMMENT ON COLUMN entries.size_exact IS 'false where the listing rounds';
COMMENT ON COLUMN entries.modified IS 'as listed; not the date of exposure';
COMMENT ON COLUMN entries.modified_utc IS 'true if modified is UTC, false if the server named no time zone';
COMMENT ON COLUMN entries.parent IS 'listing or page that named it';
COMMENT ON COLUMN entries.outcome IS 'when last met: fetched, unchanged, skipped or not_selected';
COMMENT ON COLUMN entries.first_seen IS 'when we first knew of it';
COMMENT ON COLUMN entries.last_seen IS 'when we last met it';
COMMENT ON COLUMN entries.first_sweep IS 'the sweep of first_seen';
COMMENT ON COLUMN entries.last_sweep IS 'the sweep of last_seen';

CREATE TABLE documents (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, document_number BIGINT NOT NULL,
    url VARCHAR NOT NULL, member VARCHAR NOT NULL, requested_url VARCHAR, parent VARCHAR,
    fetched_at TIMESTAMPTZ NOT NULL, status INTEGER NOT NULL, headers MAP(VARCHAR, VARCHAR) NOT NULL,
    server_modified TIMESTAMPTZ, size BIGINT NOT NULL, sha256 VARCHAR NOT NULL, media_type VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL, reasons VARCHAR[] NOT NULL
);
COMMENT ON TABLE documents IS 'Every document fetched and judged, per sweep. Never its text.';
COMMENT ON COLUMN documents.sweep_id IS 'the sweep';
COMMENT ON COLUMN documents.unit_id IS 'the unit';
COMMENT ON COLUMN documents.document_number IS 'with sweep and unit, what matches are joined by';
COMMENT ON COLUMN documents.url IS 'where the bytes came from';
COMMENT ON COLUMN documents.member IS 'path inside a container, empty for the whole file';
COMMENT ON COLUMN documents.requested_url IS 'what was asked for, where a redirect led elsewhere';
COMMENT ON COLUMN documents.parent IS 'listing or page that named it';
COMMENT ON COLUMN documents.fetched_at IS 'when it was fetched';
COMMENT ON COLUMN documents.status IS 'HTTP status';
COMMENT ON COLUMN documents.headers IS 'answer headers that serve as evidence; no cookies';
COMMENT ON COLUMN documents.server_modified IS 'the server''s Last-Modified; not the date of exposure';
COMMENT ON COLUMN documents.size IS 'bytes of the fetched file';
COMMENT ON COLUMN documents.sha256 IS 'SHA-256 of the fetched file, in hex';
COMMENT ON COLUMN documents.media_type IS 'as its bytes say';
COMMENT ON COLUMN documents.verdict IS 'known_letter, shared_passage, same_template, template_only, undetermined or clear';
COMMENT ON COLUMN documents.reasons IS 'why, in words that a reader can check';

CREATE TABLE skips (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, url VARCHAR NOT NULL, member VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, detail VARCHAR NOT NULL, parent VARCHAR, skipped_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE skips IS 'Whatever was in scope and not looked at, and why. Nothing vanishes.';
COMMENT ON COLUMN skips.sweep_id IS 'the sweep';
COMMENT ON COLUMN skips.unit_id IS 'the unit';
COMMENT ON COLUMN skips.url IS 'the place';
COMMENT ON COLUMN skips.member IS 'path inside a container, empty for the whole file';
COMMENT ON COLUMN skips.reason IS 'one of the closed set of skip reasons';
COMMENT ON COLUMN skips.detail IS 'class or code of the cause';
COMMENT ON COLUMN skips.parent IS 'listing or page that named it';
COMMENT ON COLUMN skips.skipped_at IS 'when';

CREATE TABLE matches (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, document_number BIGINT NOT NULL,
    url VARCHAR NOT NULL, member VARCHAR NOT NULL, letter_id VARCHAR, verdict VARCHAR NOT NULL,
    containment DOUBLE, coverage DOUBLE, evidence DOUBLE, anchors MAP(VARCHAR, VARCHAR) NOT NULL,
    spans STRUCT(piece VARCHAR, doc_start BIGINT, doc_end BIGINT, letter_start BIGINT, letter_end BIGINT)[] NOT NULL,
    finding_id VARCHAR
);
COMMENT ON TABLE matches IS 'What a document has of which letter, per sweep: numbers and positions, no text.';
COMMENT ON COLUMN matches.sweep_id IS 'the sweep';
COMMENT ON COLUMN matches.unit_id IS 'the unit';
COMMENT ON COLUMN matches.document_number IS 'with sweep and unit, the row of documents';
COMMENT ON COLUMN matches.url IS 'the document''s place';
COMMENT ON COLUMN matches.member IS 'path inside a container, empty for the whole file';
COMMENT ON COLUMN matches.letter_id IS 'opaque id of the letter; empty where the verdict is about a template';
COMMENT ON COLUMN matches.verdict IS 'known_letter, shared_passage, same_template, template_only, undetermined or clear, for this letter';
COMMENT ON COLUMN matches.containment IS 'share of the letter that the document holds, 0 to 1';
COMMENT ON COLUMN matches.coverage IS 'share of the document inside matched spans, 0 to 1';
COMMENT ON COLUMN matches.evidence IS 'distinctive characters that agree';
COMMENT ON COLUMN matches.anchors IS 'kind of identifier: agree, conflict or absent';
COMMENT ON COLUMN matches.spans IS 'matched ranges in code points of the extracted text and of the letter';
COMMENT ON COLUMN matches.finding_id IS 'the finding that this makes; empty where the verdict makes none';

CREATE TABLE findings (
    finding_id VARCHAR PRIMARY KEY, url VARCHAR NOT NULL, host VARCHAR NOT NULL, member VARCHAR NOT NULL,
    letter_id VARCHAR, verdict VARCHAR NOT NULL, containment DOUBLE, coverage DOUBLE, evidence DOUBLE,
    unit_id VARCHAR NOT NULL, tier VARCHAR NOT NULL, supplier VARCHAR,
    sha256 VARCHAR NOT NULL, size BIGINT NOT NULL, media_type VARCHAR NOT NULL, server_modified TIMESTAMPTZ,
    first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL,
    first_sweep VARCHAR NOT NULL, last_sweep VARCHAR NOT NULL
);
COMMENT ON TABLE findings IS 'One place holding one letter, or one template verdict: one row however often seen.';
COMMENT ON COLUMN findings.finding_id IS 'keyed hash of place and letter; the same in every sweep';
COMMENT ON COLUMN findings.url IS 'the place, in clear; Stray shows it masked';
COMMENT ON COLUMN findings.host IS 'host and port of the unit that saw it';
COMMENT ON COLUMN findings.member IS 'path inside a container, empty for the whole file';
COMMENT ON COLUMN findings.letter_id IS 'opaque id of the letter; empty where the verdict is about a template';
COMMENT ON COLUMN findings.verdict IS 'when last present: known_letter, shared_passage or same_template';
COMMENT ON COLUMN findings.containment IS 'when last present: share of the letter that is there, 0 to 1';
COMMENT ON COLUMN findings.coverage IS 'when last present: share of the document inside matched spans, 0 to 1';
COMMENT ON COLUMN findings.evidence IS 'when last present: distinctive characters that agree';
COMMENT ON COLUMN findings.unit_id IS 'the unit that saw it last';
COMMENT ON COLUMN findings.tier IS 'own, processor or third_party';
COMMENT ON COLUMN findings.supplier IS 'who runs the target, as the scope says';
COMMENT ON COLUMN findings.sha256 IS 'when last present: SHA-256 of the file, in hex';
COMMENT ON COLUMN findings.size IS 'when last present: bytes of the file';
COMMENT ON COLUMN findings.media_type IS 'when last present: as its bytes say';
COMMENT ON COLUMN findings.server_modified IS 'when last present: the server''s Last-Modified; not the date of exposure';
COMMENT ON COLUMN findings.first_seen IS 'first time that we saw it present: exposed from here on at the latest';
COMMENT ON COLUMN findings.last_seen IS 'last time that we saw it present: exposed until here at the least';
COMMENT ON COLUMN findings.first_sweep IS 'the sweep of first_seen';
COMMENT ON COLUMN findings.last_sweep IS 'the sweep of last_seen';

CREATE TABLE sightings (
    finding_id VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL, presence VARCHAR NOT NULL, basis VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (finding_id, sweep_id)
);
COMMENT ON TABLE sightings IS 'Each sweep''s answer for each finding that it could have met.';
COMMENT ON COLUMN sightings.finding_id IS 'the finding';
COMMENT ON COLUMN sightings.sweep_id IS 'the sweep';
COMMENT ON COLUMN sightings.presence IS 'present, gone (one definitive negative) or unknown';
COMMENT ON COLUMN sightings.basis IS 'matched; a skip reason; fetched_without_match; not_met; or unit_failed, unit_interrupted, unit_not_reached';
COMMENT ON COLUMN sightings.seen_at IS 'when the answer was had';

CREATE SEQUENCE triage_event_numbers;
CREATE TABLE triage_events (
    event_number BIGINT PRIMARY KEY DEFAULT nextval('triage_event_numbers'), finding_id VARCHAR NOT NULL,
    decision VARCHAR NOT NULL, note VARCHAR NOT NULL, decided_by VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL, valid_until DATE
);
COMMENT ON TABLE triage_events IS 'What people decided of findings. Rows are only ever added; the latest counts.';
COMMENT ON COLUMN triage_events.event_number IS 'order of the events';
COMMENT ON COLUMN triage_events.finding_id IS 'the finding';
COMMENT ON COLUMN triage_events.decision IS 'to_triage, confirmed, false_positive, accepted_until, reported, taken_down or closed';
COMMENT ON COLUMN triage_events.note IS 'in the words of who decided';
COMMENT ON COLUMN triage_events.decided_by IS 'who decided';
COMMENT ON COLUMN triage_events.decided_at IS 'when';
COMMENT ON COLUMN triage_events.valid_until IS 'last day of accepted_until';

CREATE TABLE evidence (
    finding_id VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, level VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL,
    captured_at TIMESTAMPTZ NOT NULL, url VARCHAR NOT NULL, requested_url VARCHAR, status INTEGER NOT NULL,
    headers MAP(VARCHAR, VARCHAR) NOT NULL, size BIGINT NOT NULL, media_type VARCHAR NOT NULL,
    PRIMARY KEY (finding_id, sha256)
);
COMMENT ON TABLE evidence IS 'What proves a finding: the first answer with each distinct content. Outlives documents.';
COMMENT ON COLUMN evidence.finding_id IS 'the finding';
COMMENT ON COLUMN evidence.sha256 IS 'SHA-256 of the file, in hex';
COMMENT ON COLUMN evidence.level IS 'digest: headers and digest, no content';
COMMENT ON COLUMN evidence.sweep_id IS 'the sweep that captured it';
COMMENT ON COLUMN evidence.captured_at IS 'when it was fetched';
COMMENT ON COLUMN evidence.url IS 'where the bytes came from';
COMMENT ON COLUMN evidence.requested_url IS 'what was asked for, where a redirect led elsewhere';
COMMENT ON COLUMN evidence.status IS 'HTTP status';
COMMENT ON COLUMN evidence.headers IS 'answer headers';
COMMENT ON COLUMN evidence.size IS 'bytes of the file';
COMMENT ON COLUMN evidence.media_type IS 'as its bytes say';

CREATE TABLE merged_spools (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, merged_at TIMESTAMPTZ NOT NULL, damaged_parts INTEGER NOT NULL,
    PRIMARY KEY (sweep_id, unit_id)
);
COMMENT ON TABLE merged_spools IS 'The ledger of merges, written in their own transactions: nothing is merged twice.';
COMMENT ON COLUMN merged_spools.sweep_id IS 'the sweep';
COMMENT ON COLUMN merged_spools.unit_id IS 'the unit; empty for the end of the sweep';
COMMENT ON COLUMN merged_spools.merged_at IS 'when';
COMMENT ON COLUMN merged_spools.damaged_parts IS 'spool parts that could not be read and lie in quarantine';
