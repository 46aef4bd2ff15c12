SELECT unit_id FROM spool_confirmations ANTI JOIN findings USING (finding_id)
UNION
SELECT findings.unit_id FROM findings
JOIN documents ON documents.url = findings.url AND documents.member = '' AND documents.sweep_id = ?
JOIN sweeps ON sweeps.sweep_id = documents.sweep_id AND sweeps.kind = 'recheck'
WHERE findings.member <> '' OR documents.sha256 IS DISTINCT FROM findings.sha256;
