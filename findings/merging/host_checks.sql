INSERT INTO host_checks BY NAME SELECT * FROM spool_host_checks;

INSERT INTO absences BY NAME SELECT * FROM spool_absences;
