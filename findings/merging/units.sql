INSERT INTO units BY NAME SELECT * EXCLUDE (damaged_parts) FROM spool_units;
