CREATE OR REPLACE VIEW evidence_kept AS
SELECT finding_id, 'sealed' AS level, sealed.evidence_id, sealed.fetched_at AS captured_at, sealed.sha256, sealed.size,
    sealed.captured_by, sealed.sweep_id, sealed.destroyed_at
FROM sealed_findings
JOIN sealed_evidence AS sealed USING (evidence_id)
UNION ALL BY NAME
SELECT finding_id, level, NULL AS evidence_id, captured_at, sha256, size, NULL AS captured_by, sweep_id,
    NULL::TIMESTAMPTZ AS destroyed_at
FROM evidence;
COMMENT ON VIEW evidence_kept IS 'What proves each finding: digests and headers of each content seen, and whole files in the vault.';
COMMENT ON COLUMN evidence_kept.level IS 'digest: headers and digest, no content; sealed: the whole file, in the vault';
COMMENT ON COLUMN evidence_kept.sha256 IS 'SHA-256 in hex: of a sealed file the whole, of a digest the file inside that holds the letter';
COMMENT ON COLUMN evidence_kept.size IS 'bytes of what sha256 is of';
COMMENT ON COLUMN evidence_kept.captured_at IS 'when it was fetched';
