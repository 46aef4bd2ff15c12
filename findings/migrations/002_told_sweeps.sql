-- Which summaries have reached somebody. Sweeps from before this was recorded are taken for told, or all that they found
-- would be announced again.

CREATE TABLE told_sweeps (sweep_id VARCHAR PRIMARY KEY, told_at TIMESTAMPTZ NOT NULL);
COMMENT ON TABLE told_sweeps IS 'Sweeps whose summary has been told. What only others have found is still news.';
COMMENT ON COLUMN told_sweeps.sweep_id IS 'the sweep';
COMMENT ON COLUMN told_sweeps.told_at IS 'when its summary had been told';
INSERT INTO told_sweeps SELECT sweep_id, ended_at FROM sweeps WHERE ended_at IS NOT NULL;

COMMENT ON COLUMN sightings.basis IS 'matched; a skip reason, of the place or of where its unit begins; fetched_without_match; not_met; or unit_failed, unit_interrupted, unit_not_reached';
