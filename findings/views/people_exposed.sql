-- One row. A letter can be about several people and a person can have several letters, so people are counted and not
-- added up. Three kinds that must not be mixed: sure, possible, and what nobody has opened.
CREATE OR REPLACE VIEW people_exposed AS
WITH lying AS (
    SELECT letter_id, verdict, person_ids, unit_id, url, member FROM finding_status WHERE NOT settled AND state <> 'gone'
), letters AS (
    SELECT letter_id, bool_or(verdict = 'known_letter') AS is_sure, max(coalesce(len(person_ids), 0)) AS persons
    FROM lying WHERE letter_id IS NOT NULL GROUP BY letter_id
), people AS (
    SELECT person_id, bool_or(verdict = 'known_letter') AS is_sure
    FROM (SELECT unnest(person_ids) AS person_id, verdict FROM lying WHERE letter_id IS NOT NULL)
    GROUP BY person_id
), beside AS (
    SELECT count(*) AS places, count(*) FILTER (outcome = 'skipped') AS skipped
    FROM unopened WHERE unit_id IN (SELECT unit_id FROM lying)
)
SELECT
    (SELECT count(*) FROM people WHERE is_sure) AS persons_confirmed,
    (SELECT count(*) FROM people WHERE NOT is_sure) AS persons_possible,
    (SELECT count(*) FROM letters WHERE is_sure) AS letters_confirmed,
    (SELECT count(*) FROM letters WHERE NOT is_sure) AS letters_possible,
    (SELECT count(*) FROM letters WHERE persons = 0) AS letters_of_unknown_person,
    (SELECT count(DISTINCT (url, member)) FROM lying WHERE verdict = 'same_template') AS letters_not_in_pack,
    beside.places AS listed_unopened,
    beside.skipped AS listed_skipped
FROM beside;
COMMENT ON VIEW people_exposed IS 'How many people and letters lie open now: sure, possible, and what is listed and nobody has opened. One row.';
COMMENT ON COLUMN people_exposed.persons_confirmed IS 'registered people of letters that lie open as known_letter';
COMMENT ON COLUMN people_exposed.persons_possible IS 'registered people of letters of which only a shared passage was found';
COMMENT ON COLUMN people_exposed.letters_confirmed IS 'letters that lie open as known_letter';
COMMENT ON COLUMN people_exposed.letters_possible IS 'letters of which only a shared passage was found';
COMMENT ON COLUMN people_exposed.letters_of_unknown_person IS 'of all these letters, those of which the register names nobody: each is about at least one person who is not counted';
COMMENT ON COLUMN people_exposed.letters_not_in_pack IS 'documents on the organisation''s template with a person''s data, whose letter the pack does not hold: each is about at least one person who is not counted';
COMMENT ON COLUMN people_exposed.listed_unopened IS 'files that are listed in targets where open findings lie, and that were never opened';
COMMENT ON COLUMN people_exposed.listed_skipped IS 'of these, files that were to be opened and could not be; the view skips says why';
