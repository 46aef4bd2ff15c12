-- The states are derived in the merge; the rule stands in findings/deriving/rules.sql.
CREATE OR REPLACE VIEW sighting_states AS
SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at AS sweep_started_at, sightings.seen_at,
    sightings.presence, sightings.basis, sightings.history, sightings.state
FROM sightings JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id;
COMMENT ON VIEW sighting_states IS 'Every answer for every finding, with the state that the finding had after it.';
COMMENT ON COLUMN sighting_states.history IS 'answers so far, oldest first: P present, G gone, U unknown';
COMMENT ON COLUMN sighting_states.state IS 'new, open, reappeared, unknown or gone';
COMMENT ON COLUMN sighting_states.sweep_started_at IS 'when that sweep began';
