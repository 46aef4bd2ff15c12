CREATE OR REPLACE VIEW worst_first AS
SELECT severity, state, verdict, letter_id, url, member, host, supplier, first_seen, last_seen,
    persons, coalesce(categories, []) AS categories, severity_reasons,
    triage, assigned_to, due, incident_id, finding_id
FROM finding_status
WHERE NOT settled AND state <> 'gone'
ORDER BY list_position(['critical', 'high', 'medium', 'low'], severity),
    list_position(['reappeared', 'new', 'open', 'unknown'], state),
    list_position(['known_letter', 'shared_passage', 'same_template'], verdict), severity_points DESC, host, url, member, finding_id;
COMMENT ON VIEW worst_first IS 'What someone has to act on, in the order in which a person should read it, with the columns that one looks at first.';
COMMENT ON COLUMN worst_first.categories IS 'what of special protection the document speaks of; none also where nobody looked';
