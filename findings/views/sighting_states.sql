-- The one place where a finding's state is derived. `history` has a letter per answer, oldest first:
-- P present, G gone, U unknown. Unknown answers neither end nor renew an exposure, so they are taken out of `definite`.
--   gone        the two latest definite answers are negative. One negative is not enough: a page may be gone for an
--               hour, a server may answer 403 to everything for a day.
--   unknown     the latest answer is unknown, or the first negative
--   new         present, for the first time
--   reappeared  present again after it was gone
--   open        present, and known before
CREATE OR REPLACE VIEW sighting_states AS
WITH told AS (
    SELECT sightings.finding_id, sightings.sweep_id, sweeps.started_at AS sweep_started_at, sightings.seen_at,
        sightings.presence, sightings.basis,
        string_agg(upper(sightings.presence[1]), '')
            OVER (PARTITION BY sightings.finding_id ORDER BY sweeps.started_at, sightings.sweep_id) AS history
    FROM sightings JOIN sweeps ON sweeps.sweep_id = sightings.sweep_id
), definite AS (
    SELECT *, replace(history, 'U', '') AS definite FROM told
)
SELECT finding_id, sweep_id, sweep_started_at, seen_at, presence, basis, history,
    CASE
        WHEN regexp_matches(definite, 'GG$') THEN 'gone'
        WHEN regexp_matches(history, '[UG]$') THEN 'unknown'
        WHEN regexp_matches(definite, '^G*P$') THEN 'new'
        WHEN regexp_matches(definite, 'GGP$') THEN 'reappeared'
        ELSE 'open'
    END AS state
FROM definite;
COMMENT ON VIEW sighting_states IS 'Every answer for every finding, with the state that the finding had after it.';
COMMENT ON COLUMN sighting_states.history IS 'answers so far, oldest first: P present, G gone, U unknown';
COMMENT ON COLUMN sighting_states.state IS 'new, open, reappeared, unknown or gone';
COMMENT ON COLUMN sighting_states.sweep_started_at IS 'when that sweep began';
