-- Derived in the merge: findings/deriving/finding_exposures.sql.
CREATE OR REPLACE VIEW exposure AS
SELECT findings.finding_id, findings.url, findings.member, exposures.* EXCLUDE (finding_id, sweep_id, unit_id),
    exposures.sweep_id, exposures.unit_id
FROM findings JOIN finding_exposures AS exposures ON exposures.finding_id = findings.finding_id;
COMMENT ON VIEW exposure IS 'How each finding lies open, as last fetched, one row per finding: transport, TLS, logins, listings, search engines, the way to it.';
