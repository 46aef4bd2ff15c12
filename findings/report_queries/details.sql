-- What a report says of each finding beyond its row: how it lies open, why it is taken for what it is, when it ended.
WITH proof AS (
    SELECT finding_id, arg_max(evidence_id, captured_at) AS sealed_id, max(captured_at) AS sealed_at
    FROM evidence_kept JOIN chosen_findings USING (finding_id)
    WHERE level = 'sealed' AND destroyed_at IS NULL
    GROUP BY finding_id
)
SELECT findings.finding_id, proof.sealed_id, proof.sealed_at, findings.reasons, findings.anchors, findings.false_per_million, findings.person_ids,
    timeline.exposed_to_at_most AS ended_at, timeline.exposed_to_at_most_basis AS ended_basis, timeline.gaps,
    exposure.finding_id IS NOT NULL AS has_exposure, exposure.fetched_at, exposure.transport, exposure.tls,
    exposure.auth_above, exposure.listed, exposure.folder_listed, exposure.indexable, exposure.index_basis,
    exposure.robots_disallow, exposure.parent, exposure.reached_by, exposure.found_as, exposure.requested_url,
    exposure.server, exposure.etag, exposure.is_current, exposure.server_modified, exposure.size,
    units.kind AS unit_kind
FROM chosen_findings
JOIN findings USING (finding_id)
JOIN exposure_timeline AS timeline USING (finding_id)
LEFT JOIN exposure USING (finding_id)
LEFT JOIN proof USING (finding_id)
LEFT JOIN units ON units.sweep_id = findings.last_sweep AND units.unit_id = findings.unit_id;
