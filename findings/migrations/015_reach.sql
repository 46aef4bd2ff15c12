-- How far each sweep saw, and what proves that it can see: letters that the organisation has planted itself.

CREATE TABLE unit_reach (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, entries BIGINT NOT NULL, unchanged BIGINT NOT NULL,
    limits MAP(VARCHAR, UBIGINT) NOT NULL
);
COMMENT ON TABLE unit_reach IS 'What a unit of a sweep met, counted when it was merged: rows of entries become the next sweep''s. A sweep of an older Stray has no row.';
COMMENT ON COLUMN unit_reach.sweep_id IS 'the sweep';
COMMENT ON COLUMN unit_reach.unit_id IS 'the unit';
COMMENT ON COLUMN unit_reach.entries IS 'places that it met, in listings, as links or by asking';
COMMENT ON COLUMN unit_reach.unchanged IS 'of these, places that were asked and are as they were: seen without being fetched';
COMMENT ON COLUMN unit_reach.limits IS 'limits that cut it short, each with the places that were left because of it';

CREATE TABLE unit_changes (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, change VARCHAR NOT NULL, detail VARCHAR NOT NULL,
    before BIGINT NOT NULL, now BIGINT NOT NULL, explained BIGINT NOT NULL, is_suspicious BOOLEAN NOT NULL,
    before_sweep VARCHAR NOT NULL, PRIMARY KEY (sweep_id, unit_id, change, detail)
);
COMMENT ON TABLE unit_changes IS 'Where a sweep saw otherwise than the ones before, told when it ended. The rules stand in merging/changes.sql.';
COMMENT ON COLUMN unit_changes.sweep_id IS 'the sweep';
COMMENT ON COLUMN unit_changes.unit_id IS 'the unit';
COMMENT ON COLUMN unit_changes.change IS 'fell (much less than healthy sweeps before: blind or fixed?), refuses (nothing but refusals, where documents were), truncated (more came cut off than before), limit (a limit that was not met before), broke, back, left_scope';
COMMENT ON COLUMN unit_changes.detail IS 'of what before and now count: entries (places met) or documents (places seen); or which limit, or the state';
COMMENT ON COLUMN unit_changes.before IS 'the number before; of a fall, the fewest that the latest healthy sweeps saw';
COMMENT ON COLUMN unit_changes.now IS 'the number in this sweep';
COMMENT ON COLUMN unit_changes.explained IS 'of a fall: places seen before of which the server itself said that they, or a folder above them, are not there any more';
COMMENT ON COLUMN unit_changes.is_suspicious IS 'true for a fall that this does not explain: the sweep counts as incomplete until somebody accepts it (reach_accepted)';
COMMENT ON COLUMN unit_changes.before_sweep IS 'the sweep that it is held against';

CREATE TABLE reach_accepted (
    unit_id VARCHAR NOT NULL, sweep_id VARCHAR NOT NULL, accepted_by VARCHAR NOT NULL, accepted_at TIMESTAMPTZ NOT NULL,
    note VARCHAR NOT NULL
);
COMMENT ON TABLE reach_accepted IS 'Falls that a person has explained: from then on the unit is held against what that sweep saw. Rows are only ever added.';
COMMENT ON COLUMN reach_accepted.unit_id IS 'the unit';
COMMENT ON COLUMN reach_accepted.sweep_id IS 'the sweep whose fall is explained';
COMMENT ON COLUMN reach_accepted.accepted_by IS 'who';
COMMENT ON COLUMN reach_accepted.accepted_at IS 'when';
COMMENT ON COLUMN reach_accepted.note IS 'why, in their words';

CREATE TABLE canary_places (
    canary_id VARCHAR PRIMARY KEY, unit_id VARCHAR NOT NULL, url VARCHAR NOT NULL, letter_id VARCHAR, sha256 VARCHAR,
    label VARCHAR NOT NULL, first_sweep VARCHAR NOT NULL, last_sweep VARCHAR NOT NULL
);
COMMENT ON TABLE canary_places IS 'Canary letters: synthetic ones that the organisation has planted, which every sweep must find.';
COMMENT ON COLUMN canary_places.canary_id IS 'keyed hash of place and letter';
COMMENT ON COLUMN canary_places.unit_id IS 'the unit that must find it';
COMMENT ON COLUMN canary_places.url IS 'where it was planted';
COMMENT ON COLUMN canary_places.letter_id IS 'its id in the pack; empty where the scope gives its digest';
COMMENT ON COLUMN canary_places.sha256 IS 'SHA-256 of the planted file, where the scope gives it';
COMMENT ON COLUMN canary_places.label IS 'what the scope calls it';
COMMENT ON COLUMN canary_places.first_sweep IS 'the first sweep that was to find it';
COMMENT ON COLUMN canary_places.last_sweep IS 'the last sweep that was to find it';

CREATE TABLE canary_checks (
    sweep_id VARCHAR NOT NULL, canary_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, outcome VARCHAR NOT NULL,
    basis VARCHAR NOT NULL, PRIMARY KEY (sweep_id, canary_id)
);
COMMENT ON TABLE canary_checks IS 'Has a sweep found the letters that it must find? Where one is missing, what the sweep says of that unit is in doubt.';
COMMENT ON COLUMN canary_checks.sweep_id IS 'the sweep';
COMMENT ON COLUMN canary_checks.canary_id IS 'the canary letter';
COMMENT ON COLUMN canary_checks.unit_id IS 'the unit that was to find it';
COMMENT ON COLUMN canary_checks.outcome IS 'found (matched as known_letter at its place, now or unchanged since) or missing';
COMMENT ON COLUMN canary_checks.basis IS 'of a missing one: a skip reason of its place; fetched_without_match; not_met; or unit_failed, unit_interrupted, unit_not_reached';

ALTER TABLE findings ADD COLUMN canary VARCHAR;
COMMENT ON COLUMN findings.canary IS 'of a canary letter: planted (where the organisation put it) or elsewhere (somebody copied it); empty for all others';
