CREATE OR REPLACE VIEW suppliers_at_risk AS
SELECT supplier, list(DISTINCT tier ORDER BY tier) AS tiers,
    arg_min(severity, list_position(['critical', 'high', 'medium', 'low'], severity)) AS severity,
    count(*) AS findings,
    count(*) FILTER (state IN ('new', 'reappeared')) AS findings_new,
    count(*) FILTER (state = 'unknown') AS findings_unknown,
    count(DISTINCT letter_id) AS letters,
    coalesce(len(list_distinct(flatten(list(person_ids) FILTER (person_ids IS NOT NULL)))), 0) AS persons,
    count(DISTINCT incident_id) AS incidents,
    list(DISTINCT host ORDER BY host) AS hosts,
    min(first_seen) AS first_seen, max(last_seen) AS last_seen
FROM finding_status
WHERE NOT settled AND state <> 'gone'
GROUP BY supplier
ORDER BY letters DESC, findings DESC, supplier;
COMMENT ON VIEW suppliers_at_risk IS 'With whom open findings lie, one row per supplier, most letters first; without a supplier: the organisation''s own, and third parties.';
COMMENT ON COLUMN suppliers_at_risk.tiers IS 'own, processor, third_party: of the targets where they lie';
COMMENT ON COLUMN suppliers_at_risk.severity IS 'the worst of these findings';
COMMENT ON COLUMN suppliers_at_risk.findings IS 'open findings there';
COMMENT ON COLUMN suppliers_at_risk.findings_new IS 'of these, new or reappeared ones';
COMMENT ON COLUMN suppliers_at_risk.findings_unknown IS 'of these, those that the latest sweep could not tell of';
COMMENT ON COLUMN suppliers_at_risk.letters IS 'letters there';
COMMENT ON COLUMN suppliers_at_risk.persons IS 'registered people of these letters; letters without a register entry count for nobody here';
COMMENT ON COLUMN suppliers_at_risk.incidents IS 'incidents that they make';
COMMENT ON COLUMN suppliers_at_risk.hosts IS 'hosts that they lie on';
