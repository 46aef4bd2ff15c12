CREATE OR REPLACE VIEW reachable AS
SELECT status.letter_id, status.verdict, status.host,
    -- Stray has no credentials: what it fetched, anyone can.
    'yes' AS anonymous,
    exposures.transport, exposures.transport IN ('http', 'ftp') AS plain, exposures.tls,
    exposures.listed, exposures.folder_listed, exposures.indexable, exposures.index_basis, exposures.auth_above,
    exposures.is_current, exposures.fetched_at, status.url, status.member, status.state, status.incident_id,
    status.finding_id
FROM finding_status AS status
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE NOT status.settled AND status.state <> 'gone';
COMMENT ON VIEW reachable IS 'How each open finding can be reached, as last fetched: by whom, over what, listed, known to search engines.';
COMMENT ON COLUMN reachable.anonymous IS 'yes: Stray fetched it without any credential, so anyone can';
COMMENT ON COLUMN reachable.plain IS 'true where it travels unencrypted, over http or ftp; empty where that was not recorded';
