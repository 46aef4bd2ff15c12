INSERT INTO purged_findings BY NAME
SELECT doomed.finding_id, purge.purge_number, doomed.rule, doomed.state, doomed.triage,
    findings.verdict, findings.host, findings.supplier, findings.first_seen, findings.last_seen
FROM doomed JOIN findings USING (finding_id), purge;

INSERT INTO purged_sweeps BY NAME
SELECT lost.sweep_id, purge.purge_number, purge.purged_at
FROM (
    SELECT sweep_id FROM documents WHERE rowid IN (SELECT row FROM doomed_documents)
    UNION SELECT sweep_id FROM skips WHERE rowid IN (SELECT row FROM doomed_skips)
) AS lost, purge
ON CONFLICT DO NOTHING;

INSERT INTO purges BY NAME SELECT * FROM purge;
