CREATE OR REPLACE VIEW hosts_at_risk AS
SELECT status.host, status.supplier, status.tier,
    count(*) AS findings,
    count(DISTINCT status.letter_id) AS letters,
    count(*) FILTER (status.state = 'unknown') AS findings_unknown,
    min(status.first_seen) AS first_seen,
    max(status.last_seen) AS last_seen,
    arg_min(status.severity, list_position(['critical', 'high', 'medium', 'low'], status.severity)) AS severity,
    count(*) FILTER (status.state IN ('new', 'reappeared')) AS findings_new,
    coalesce(len(list_distinct(flatten(list(status.person_ids) FILTER (status.person_ids IS NOT NULL)))), 0) AS persons,
    count(*) FILTER (exposures.transport IN ('http', 'ftp')) AS plain,
    count(*) FILTER (exposures.listed = 'yes') AS listed,
    count(*) FILTER (exposures.indexable = 'yes') AS indexable,
    count(DISTINCT status.incident_id) AS incidents
FROM finding_status AS status
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE NOT status.settled AND status.state <> 'gone'
GROUP BY status.host, status.supplier, status.tier
ORDER BY letters DESC, findings DESC, status.host;
COMMENT ON VIEW hosts_at_risk IS 'Where open findings lie, one row per host and supplier, most letters first.';
COMMENT ON COLUMN hosts_at_risk.findings IS 'open findings there';
COMMENT ON COLUMN hosts_at_risk.letters IS 'letters there';
COMMENT ON COLUMN hosts_at_risk.findings_unknown IS 'of the findings, those that the latest sweep could not tell of';
COMMENT ON COLUMN hosts_at_risk.severity IS 'the worst of the findings';
COMMENT ON COLUMN hosts_at_risk.findings_new IS 'of the findings, new or reappeared ones';
COMMENT ON COLUMN hosts_at_risk.persons IS 'registered people of these letters; letters without a register entry count for nobody here';
COMMENT ON COLUMN hosts_at_risk.plain IS 'of the findings, those that travel unencrypted, over http or ftp';
COMMENT ON COLUMN hosts_at_risk.listed IS 'of the findings, those that a server''s listing shows';
COMMENT ON COLUMN hosts_at_risk.indexable IS 'of the findings, those that a search engine may hold';
COMMENT ON COLUMN hosts_at_risk.incidents IS 'incidents that they make';
