-- The evidence vault's log, copied: what the log's file says can be held against it, and its end is known here.

CREATE TABLE evidence_log (
    event_number BIGINT PRIMARY KEY, happened_at TIMESTAMPTZ NOT NULL, action VARCHAR NOT NULL,
    evidence_id VARCHAR NOT NULL, done_by VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    line VARCHAR NOT NULL, digest VARCHAR NOT NULL, taken_in_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE evidence_log IS 'The vault''s log, line by line. Rows are only ever added; the last one is the anchor that shows a log cut short.';
COMMENT ON COLUMN evidence_log.event_number IS 'number of the line in the log';
COMMENT ON COLUMN evidence_log.happened_at IS 'when, by the clock of the machine that did it';
COMMENT ON COLUMN evidence_log.action IS 'captured, opened, exported, destroyed, or not_kept (the vault is as full as the scope allows)';
COMMENT ON COLUMN evidence_log.evidence_id IS 'of which evidence; empty where it is of several';
COMMENT ON COLUMN evidence_log.done_by IS 'who, by login name';
COMMENT ON COLUMN evidence_log.reason IS 'why, in the words of who did it';
COMMENT ON COLUMN evidence_log.line IS 'the line as it lies in the log: one JSON object with the digest of the line before it';
COMMENT ON COLUMN evidence_log.digest IS 'SHA-256 of the line, in hex';
COMMENT ON COLUMN evidence_log.taken_in_at IS 'when this database learned of it';

CREATE TABLE sealed_evidence (
    evidence_id VARCHAR PRIMARY KEY, event_number BIGINT NOT NULL, fetched_at TIMESTAMPTZ NOT NULL,
    captured_by VARCHAR NOT NULL, reason VARCHAR NOT NULL, sweep_id VARCHAR, status INTEGER,
    sha256 VARCHAR NOT NULL, sha1 VARCHAR NOT NULL, size BIGINT NOT NULL,
    sealed_sha256 VARCHAR NOT NULL, sealed_size BIGINT NOT NULL, recipients VARCHAR[] NOT NULL,
    destroyed_at TIMESTAMPTZ
);
COMMENT ON TABLE sealed_evidence IS 'Each fetched file that the vault holds, sealed to the responders'' keys. Its bytes are in the vault, never here.';
COMMENT ON COLUMN sealed_evidence.evidence_id IS 'names the sealed file in the vault';
COMMENT ON COLUMN sealed_evidence.event_number IS 'the line of the log that tells of it';
COMMENT ON COLUMN sealed_evidence.fetched_at IS 'when the file was fetched';
COMMENT ON COLUMN sealed_evidence.captured_by IS 'who had it kept, by login name';
COMMENT ON COLUMN sealed_evidence.reason IS 'why it was kept';
COMMENT ON COLUMN sealed_evidence.sweep_id IS 'the sweep that fetched it; empty where a person had it fetched';
COMMENT ON COLUMN sealed_evidence.status IS 'HTTP status';
COMMENT ON COLUMN sealed_evidence.sha256 IS 'SHA-256 of the whole fetched file, in hex';
COMMENT ON COLUMN sealed_evidence.sha1 IS 'SHA-1 of it in base32: what web archives know it by. For looking up, never for proof';
COMMENT ON COLUMN sealed_evidence.size IS 'bytes of the whole fetched file';
COMMENT ON COLUMN sealed_evidence.sealed_sha256 IS 'SHA-256 of the sealed file, in hex: checked without opening it';
COMMENT ON COLUMN sealed_evidence.sealed_size IS 'bytes of the sealed file';
COMMENT ON COLUMN sealed_evidence.recipients IS 'public keys that it is sealed to';
COMMENT ON COLUMN sealed_evidence.destroyed_at IS 'when its bytes were destroyed, on record; empty while they are kept';

CREATE TABLE sealed_findings (evidence_id VARCHAR NOT NULL, finding_id VARCHAR NOT NULL, PRIMARY KEY (evidence_id, finding_id));
COMMENT ON TABLE sealed_findings IS 'Which findings a sealed file proves: all letters in it, those inside containers too.';
COMMENT ON COLUMN sealed_findings.evidence_id IS 'the sealed file';
COMMENT ON COLUMN sealed_findings.finding_id IS 'the finding';
