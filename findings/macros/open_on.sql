CREATE OR REPLACE MACRO open_on(wanted) AS TABLE
SELECT then_told.state AS state_then, status.state AS state_now, status.letter_id, status.verdict, status.url,
    status.member, status.host, status.supplier, status.first_seen, status.last_seen, status.finding_id
FROM (
    SELECT answers.finding_id, arg_max(answers.state, (sweeps.started_at, sweeps.sweep_id)) AS state
    FROM sightings AS answers JOIN sweeps ON sweeps.sweep_id = answers.sweep_id
    WHERE answers.seen_at < wanted::TIMESTAMPTZ
    GROUP BY answers.finding_id
) AS then_told
JOIN finding_status AS status ON status.finding_id = then_told.finding_id
WHERE then_told.state <> 'gone'
ORDER BY status.host, status.url, status.member;
COMMENT ON MACRO TABLE open_on IS 'open_on(''2026-03-01''): what was known and not gone when that day began, or at that time, whatever became of it.';
