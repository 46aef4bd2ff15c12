CREATE OR REPLACE VIEW letters_exposed AS
SELECT letter_id,
    count(DISTINCT hash(url, member)) AS places,
    count(*) FILTER (state = 'unknown') AS places_unknown,
    list(DISTINCT host ORDER BY host) AS hosts,
    list(DISTINCT supplier ORDER BY supplier) FILTER (supplier IS NOT NULL) AS suppliers,
    bool_or(verdict = 'known_letter') AS is_certain,
    max(containment) AS largest_share,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    arg_min(severity, list_position(['critical', 'high', 'medium', 'low'], severity)) AS severity,
    max(persons) AS persons,
    list_sort(list_distinct(flatten(list(categories) FILTER (categories IS NOT NULL)))) AS categories,
    list(DISTINCT incident_id ORDER BY incident_id) AS incident_ids
FROM finding_status
WHERE letter_id IS NOT NULL AND NOT settled AND state <> 'gone'
GROUP BY letter_id;
COMMENT ON VIEW letters_exposed IS 'Which letters lie open, one row per letter.';
COMMENT ON COLUMN letters_exposed.places IS 'places that hold it and are not known to be gone';
COMMENT ON COLUMN letters_exposed.places_unknown IS 'of these, places that the latest sweep could not tell of';
COMMENT ON COLUMN letters_exposed.hosts IS 'hosts of these places';
COMMENT ON COLUMN letters_exposed.suppliers IS 'suppliers of these places';
COMMENT ON COLUMN letters_exposed.is_certain IS 'true if a place holds it as known_letter, false if only shared_passage';
COMMENT ON COLUMN letters_exposed.largest_share IS 'largest share of the letter at one place, 0 to 1';
COMMENT ON COLUMN letters_exposed.first_seen IS 'first time that we saw it anywhere';
COMMENT ON COLUMN letters_exposed.last_seen IS 'last time that we saw it anywhere';
COMMENT ON COLUMN letters_exposed.severity IS 'the worst of these places';
COMMENT ON COLUMN letters_exposed.persons IS 'registered people of the letter; 0: not known whose it is';
COMMENT ON COLUMN letters_exposed.categories IS 'what of special protection its documents speak of; NULL where nobody looked';
COMMENT ON COLUMN letters_exposed.incident_ids IS 'incidents that it is part of';
