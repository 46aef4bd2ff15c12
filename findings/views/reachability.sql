CREATE OR REPLACE VIEW reachability AS
SELECT exposures.transport, exposures.transport IN ('http', 'ftp') AS plain, exposures.listed, exposures.indexable,
    count(*) AS findings, count(DISTINCT status.letter_id) AS letters,
    coalesce(len(list_distinct(flatten(list(status.person_ids) FILTER (status.person_ids IS NOT NULL)))), 0) AS persons,
    count(DISTINCT status.host) AS hosts
FROM finding_status AS status
LEFT JOIN finding_exposures AS exposures ON exposures.finding_id = status.finding_id
WHERE NOT status.settled AND status.state <> 'gone'
GROUP BY ALL
ORDER BY findings DESC, exposures.transport, exposures.listed, exposures.indexable;
COMMENT ON VIEW reachability IS 'How open findings can be reached, summed up: anyone can fetch all of them; so many over what, listed or not, known to search engines or not.';
COMMENT ON COLUMN reachability.plain IS 'true where they travel unencrypted, over http or ftp; empty where that was not recorded';
COMMENT ON COLUMN reachability.findings IS 'open findings';
COMMENT ON COLUMN reachability.letters IS 'letters in these';
COMMENT ON COLUMN reachability.persons IS 'registered people of these letters; letters without a register entry count for nobody here';
COMMENT ON COLUMN reachability.hosts IS 'hosts that they lie on';
