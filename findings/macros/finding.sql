CREATE OR REPLACE MACRO finding(wanted) AS TABLE
SELECT status.* EXCLUDE (size, server_modified), status.size, status.server_modified, states.gone_at, states.gone_basis,
    exposures.transport, exposures.tls, exposures.auth_above, exposures.listed, exposures.folder_listed,
    exposures.indexable, exposures.index_basis, exposures.parent, exposures.reached_by, exposures.fetched_at
FROM finding_status AS status
LEFT JOIN finding_states AS states ON states.finding_id = status.finding_id
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE starts_with(status.finding_id, lower(wanted))
ORDER BY status.finding_id;
COMMENT ON MACRO TABLE finding IS 'finding(''3fa94c01''): one finding with all that stands in one row; in the shell, `.mode line` shows it well.';
