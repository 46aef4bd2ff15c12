-- Findings of an older Stray have been gathered under the id of one of them: they follow the others of their folder.
UPDATE findings SET batch_id = known.batch_id, incident_id = known.incident_id
FROM (
    SELECT host, supplier, folder_of(url) AS folder, max(batch_id) AS batch_id, max(incident_id) AS incident_id
    FROM present WHERE incident_id IS NOT NULL
    GROUP BY ALL
) AS known
WHERE (findings.incident_id IS NULL OR findings.batch_id = findings.incident_id)
    AND findings.host = known.host AND findings.supplier IS NOT DISTINCT FROM known.supplier
    AND folder_of(findings.url) = known.folder;

-- What an older Stray has spooled has no ids either.
UPDATE findings SET batch_id = gathered.batch_id, incident_id = gathered.incident_id
FROM (
    SELECT host, supplier, folder_of(url) AS folder, coalesce(max(batch_id), min(finding_id)) AS batch_id,
        coalesce(max(incident_id), min(finding_id)) AS incident_id
    FROM findings
    WHERE folder_of(url) IN (SELECT folder_of(url) FROM findings WHERE incident_id IS NULL)
    GROUP BY ALL
) AS gathered
WHERE findings.incident_id IS NULL
    AND findings.host = gathered.host AND findings.supplier IS NOT DISTINCT FROM gathered.supplier
    AND folder_of(findings.url) = gathered.folder;
