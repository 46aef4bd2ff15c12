CREATE OR REPLACE VIEW buckets_at_risk AS
SELECT states.url, states.provider, states.state, states.known_state, states.since,
    lying.findings AS findings_open, lying.letters AS letters_open, lying.persons,
    states.listable, states.readable, states.versions_visible, states.score, states.reasons, states.region,
    lying.suppliers, states.seen_at, states.bucket_id
FROM bucket_states AS states
LEFT JOIN (
    SELECT told.bucket_id, count(DISTINCT status.finding_id) AS findings, count(DISTINCT status.letter_id) AS letters,
        coalesce(len(list_distinct(flatten(list(status.person_ids) FILTER (status.person_ids IS NOT NULL)))), 0) AS persons,
        list(DISTINCT status.supplier ORDER BY status.supplier) FILTER (status.supplier IS NOT NULL) AS suppliers
    FROM (SELECT DISTINCT bucket_id, unit_id FROM buckets) AS told
    JOIN finding_status AS status ON status.unit_id = told.unit_id
    WHERE NOT status.settled AND status.state <> 'gone'
    GROUP BY told.bucket_id
) AS lying ON lying.bucket_id = states.bucket_id
WHERE lying.findings > 0 OR coalesce(states.known_state, states.state) IN ('listable', 'readable')
ORDER BY letters_open DESC NULLS LAST, states.score DESC, states.url;
COMMENT ON VIEW buckets_at_risk IS 'Buckets that hold open findings, or that anyone can list or read; most letters first.';
COMMENT ON COLUMN buckets_at_risk.findings_open IS 'open findings in it; empty where there is none';
COMMENT ON COLUMN buckets_at_risk.letters_open IS 'letters in these';
COMMENT ON COLUMN buckets_at_risk.persons IS 'registered people of these letters; letters without a register entry count for nobody here';
COMMENT ON COLUMN buckets_at_risk.suppliers IS 'suppliers of these findings, as the scope says';
