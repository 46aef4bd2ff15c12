INSERT INTO matches BY NAME
SELECT * EXCLUDE (batch_id, incident_id) FROM spool_matches
SEMI JOIN (
    SELECT unit_id, max(document_number) AS document_number FROM spool_documents GROUP BY unit_id, url, member
) AS kept USING (unit_id, document_number);
