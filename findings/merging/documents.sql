-- Two addresses of a unit may redirect to one document: its last fetch stands for the place.
INSERT INTO documents BY NAME
SELECT * FROM spool_documents
QUALIFY row_number() OVER (PARTITION BY unit_id, url, member ORDER BY document_number DESC) = 1;
