-- What has been deleted by age, and by whose hand: numbers stay when places go.

CREATE TABLE purges (
    purge_number BIGINT PRIMARY KEY, purged_at TIMESTAMPTZ NOT NULL, as_of TIMESTAMPTZ NOT NULL,
    purged_by VARCHAR NOT NULL, authority VARCHAR NOT NULL,
    days MAP(VARCHAR, INTEGER) NOT NULL, removed MAP(VARCHAR, BIGINT) NOT NULL, held MAP(VARCHAR, BIGINT) NOT NULL
);
COMMENT ON TABLE purges IS 'Every run of stray purge that deleted something: who, when, by which rules, how much.';
COMMENT ON COLUMN purges.purge_number IS 'counts up';
COMMENT ON COLUMN purges.purged_at IS 'when';
COMMENT ON COLUMN purges.as_of IS 'the moment from which days were counted back';
COMMENT ON COLUMN purges.purged_by IS 'who';
COMMENT ON COLUMN purges.authority IS 'reference of the scope''s authority; empty where it has none';
COMMENT ON COLUMN purges.days IS 'rule of the scope''s [retention]: days';
COMMENT ON COLUMN purges.removed IS 'table: rows deleted; sealed_files: files of evidence destroyed';
COMMENT ON COLUMN purges.held IS 'why findings that are old enough stay: how many';

CREATE TABLE purged_findings (
    finding_id VARCHAR NOT NULL, purge_number BIGINT NOT NULL, rule VARCHAR NOT NULL,
    state VARCHAR, triage VARCHAR NOT NULL, verdict VARCHAR NOT NULL, host VARCHAR NOT NULL, supplier VARCHAR,
    first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE purged_findings IS 'What stays of a deleted finding: its id, by which its triage events are found, and no place, letter or person.';
COMMENT ON COLUMN purged_findings.finding_id IS 'the finding; met again it has the same id';
COMMENT ON COLUMN purged_findings.purge_number IS 'the purge';
COMMENT ON COLUMN purged_findings.rule IS 'gone, false_positive or closed';
COMMENT ON COLUMN purged_findings.state IS 'its state at the end';
COMMENT ON COLUMN purged_findings.triage IS 'the decision that held at the end';
COMMENT ON COLUMN purged_findings.verdict IS 'known_letter, shared_passage or same_template';
COMMENT ON COLUMN purged_findings.host IS 'host and port of the unit that saw it';
COMMENT ON COLUMN purged_findings.supplier IS 'who ran the target, as the scope said';
COMMENT ON COLUMN purged_findings.first_seen IS 'first time that we saw it present';
COMMENT ON COLUMN purged_findings.last_seen IS 'last time that we saw it present';

CREATE TABLE purged_sweeps (sweep_id VARCHAR PRIMARY KEY, purge_number BIGINT NOT NULL, purged_at TIMESTAMPTZ NOT NULL);
COMMENT ON TABLE purged_sweeps IS 'Sweeps of which documents or skips have been deleted: what was counted of their units before stays as it was.';
COMMENT ON COLUMN purged_sweeps.sweep_id IS 'the sweep';
COMMENT ON COLUMN purged_sweeps.purge_number IS 'the first purge that took something of it';
COMMENT ON COLUMN purged_sweeps.purged_at IS 'when';
