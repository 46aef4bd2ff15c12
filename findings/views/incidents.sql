-- One row per incident, whatever has become of it; what needs somebody comes first.
CREATE OR REPLACE VIEW incidents AS
WITH parts AS (
    SELECT status.*, states.gone_at, exposures.transport, exposures.listed, exposures.indexable,
        NOT status.settled AND status.state <> 'gone' AS is_open,
        CASE
            WHEN contains(status.url, '?') THEN split_part(status.url, '?', 1)
            ELSE regexp_replace(status.url, '[^/]*$', '')
        END AS folder
    FROM finding_status AS status
    LEFT JOIN finding_states AS states ON states.finding_id = status.finding_id
    LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
    WHERE status.canary IS DISTINCT FROM 'planted'
), gathered AS (
    SELECT incident_id, any_value(supplier) AS supplier, min(host) AS host, min(tier) AS tier,
        min(folder) AS first_folder, max(folder) AS last_folder,
        min(list_position(['critical', 'high', 'medium', 'low'], severity)) FILTER (is_open) AS worst,
        count(*) AS findings,
        count(*) FILTER (is_open) AS findings_open,
        count(*) FILTER (is_open AND state IN ('new', 'reappeared')) AS findings_new,
        count(*) FILTER (is_open AND state = 'unknown') AS findings_unknown,
        count(*) FILTER (is_open AND triage = 'to_triage') AS findings_to_triage,
        count(*) FILTER (NOT settled AND state = 'gone') AS findings_gone,
        count(*) FILTER (settled) AS findings_settled,
        count(DISTINCT letter_id) AS letters,
        count(DISTINCT letter_id) FILTER (is_open) AS letters_open,
        coalesce(len(list_distinct(flatten(list(person_ids) FILTER (person_ids IS NOT NULL)))), 0) AS persons,
        count(DISTINCT batch_id) AS batches,
        -- Two of 10^5 documents share a hash with probability below 10^-9.
        count(DISTINCT hash(url, member)) AS documents,
        min(list_position(['known_letter', 'shared_passage', 'same_template'], verdict)) AS strongest,
        list_sort(list_distinct(flatten(list(categories) FILTER (categories IS NOT NULL)))) AS categories,
        count(*) FILTER (is_open AND transport IN ('http', 'ftp')) AS plain,
        count(*) FILTER (is_open AND listed = 'yes') AS listed,
        count(*) FILTER (is_open AND indexable = 'yes') AS indexable,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen, max(gone_at) AS gone_at,
        list_sort(list_distinct(list(assigned_to) FILTER (is_open AND assigned_to IS NOT NULL))) AS assigned_to,
        min(due) FILTER (is_open) AS due
    FROM parts
    GROUP BY incident_id
), placed AS (
    -- Where the first and the last of its folders part, so do all between them.
    SELECT *, ['critical', 'high', 'medium', 'low'][worst] AS severity,
        ['known_letter', 'shared_passage', 'same_template'][strongest] AS verdict,
        CASE WHEN first_folder <> last_folder THEN list_position([
            one[1] = one[2] FOR one IN list_zip(string_split(first_folder, '/'), string_split(last_folder, '/'))
        ], false) END AS parting
    FROM gathered
)
SELECT incident_id,
    CASE
        WHEN findings_open > 0 THEN 'open'
        WHEN findings_gone > 0 THEN 'gone'
        ELSE 'settled'
    END AS status,
    severity, supplier, host,
    CASE
        WHEN parting IS NULL THEN first_folder
        ELSE array_to_string(string_split(first_folder, '/')[1:parting - 1], '/') || '/'
    END AS place,
    findings_open, findings_new, findings_to_triage, findings_unknown, letters_open, letters, persons,
    verdict, coalesce(categories, []) AS categories,
    first_seen, last_seen, gone_at, plain, listed, indexable, coalesce(assigned_to, []) AS assigned_to, due,
    findings, findings_gone, findings_settled, documents, batches, tier
FROM placed
ORDER BY findings_open = 0, worst, findings_new = 0,
    letters_open DESC, last_seen DESC, incident_id;
COMMENT ON VIEW incidents IS 'What is handled as one thing: findings of one supplier, on one host, in one folder, with the numbered folders below it (days, jobs). What needs somebody comes first.';
COMMENT ON COLUMN incidents.incident_id IS 'keyed id; the macro incident() lists its findings';
COMMENT ON COLUMN incidents.status IS 'open (something of it needs somebody), gone (all that is not put aside is gone) or settled (all is put aside)';
COMMENT ON COLUMN incidents.severity IS 'the worst of its open findings; empty where none is open';
COMMENT ON COLUMN incidents.host IS 'host and port';
COMMENT ON COLUMN incidents.place IS 'the folder that all of it lies in, in clear; Stray shows it masked';
COMMENT ON COLUMN incidents.findings_open IS 'findings that are neither gone nor put aside';
COMMENT ON COLUMN incidents.findings_new IS 'of the open ones, new or reappeared';
COMMENT ON COLUMN incidents.findings_to_triage IS 'of the open ones, those that nobody has decided on';
COMMENT ON COLUMN incidents.findings_unknown IS 'of the open ones, those that the latest sweep could not tell of';
COMMENT ON COLUMN incidents.letters_open IS 'letters in open findings';
COMMENT ON COLUMN incidents.letters IS 'letters in all its findings';
COMMENT ON COLUMN incidents.persons IS 'registered people of these letters; letters without a register entry count for nobody here';
COMMENT ON COLUMN incidents.verdict IS 'the strongest of its findings';
COMMENT ON COLUMN incidents.categories IS 'what of special protection its documents speak of';
COMMENT ON COLUMN incidents.first_seen IS 'first time that we saw any of it';
COMMENT ON COLUMN incidents.last_seen IS 'last time that we saw any of it';
COMMENT ON COLUMN incidents.gone_at IS 'the latest first negative of any of it; empty while there is none';
COMMENT ON COLUMN incidents.plain IS 'open findings that travel unencrypted, over http or ftp';
COMMENT ON COLUMN incidents.listed IS 'open findings that a server''s listing shows';
COMMENT ON COLUMN incidents.indexable IS 'open findings that a search engine may hold';
COMMENT ON COLUMN incidents.assigned_to IS 'who has its open findings';
COMMENT ON COLUMN incidents.due IS 'the earliest day that an open finding is due';
COMMENT ON COLUMN incidents.findings IS 'all its findings';
COMMENT ON COLUMN incidents.findings_gone IS 'those that are gone and not put aside';
COMMENT ON COLUMN incidents.findings_settled IS 'those that a person has put aside';
COMMENT ON COLUMN incidents.documents IS 'places, files inside containers each for themselves';
COMMENT ON COLUMN incidents.batches IS 'folders that hold any of it';
