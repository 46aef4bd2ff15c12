CREATE OR REPLACE VIEW hosts_at_risk AS
SELECT host, supplier, tier,
    count(*) AS findings,
    count(DISTINCT letter_id) AS letters,
    count(*) FILTER (state = 'unknown') AS findings_unknown,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM open_findings
GROUP BY host, supplier, tier;
COMMENT ON VIEW hosts_at_risk IS 'Where open findings lie, one row per host and supplier.';
COMMENT ON COLUMN hosts_at_risk.findings IS 'open findings there';
COMMENT ON COLUMN hosts_at_risk.letters IS 'letters there';
COMMENT ON COLUMN hosts_at_risk.findings_unknown IS 'of the findings, those that the latest sweep could not tell of';
