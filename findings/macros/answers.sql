CREATE OR REPLACE MACRO answers(wanted) AS TABLE
SELECT told.sweep_started_at, told.presence, told.basis, told.state, told.history, told.seen_at, told.sweep_id,
    told.finding_id
FROM sighting_states AS told
WHERE starts_with(told.finding_id, lower(wanted))
ORDER BY told.finding_id, told.sweep_started_at, told.sweep_id;
COMMENT ON MACRO TABLE answers IS 'answers(''3fa94c01''): what each sweep answered for a finding, and its state after it.';
