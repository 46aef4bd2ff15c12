-- Places that hold what they held: no row for each in each sweep, but how many there were; and, of each finding, the
-- sweep that has its document on record.

ALTER TABLE findings ADD COLUMN fetched_sweep VARCHAR;
UPDATE findings SET fetched_sweep = last_sweep;
COMMENT ON COLUMN findings.fetched_sweep IS 'the sweep whose document it was last seen in; later ones may have found the place unchanged';

CREATE TABLE unchanged (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, basis VARCHAR NOT NULL, verdict VARCHAR NOT NULL,
    places BIGINT NOT NULL
);
COMMENT ON TABLE unchanged IS 'Places that a sweep found to hold what they held when they were read last, counted by unit: their documents are those of earlier sweeps.';
COMMENT ON COLUMN unchanged.sweep_id IS 'the sweep';
COMMENT ON COLUMN unchanged.unit_id IS 'the unit';
COMMENT ON COLUMN unchanged.basis IS 'what says so: same_digest (fetched again), not_modified (the server, asked by its own ETag or date), same_listing (not asked: size and date of the listing)';
COMMENT ON COLUMN unchanged.verdict IS 'of their documents when they were read';
COMMENT ON COLUMN unchanged.places IS 'how many';
