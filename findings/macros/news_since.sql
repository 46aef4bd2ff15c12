CREATE OR REPLACE MACRO news_since(wanted) AS TABLE
SELECT news.what, news.moment, status.severity, status.letter_id, status.verdict, status.url, status.member, status.host,
    status.supplier, status.state AS state_now, status.triage, status.incident_id, status.finding_id
FROM (
    SELECT finding_id, 'new' AS what, first_seen AS moment FROM findings
    UNION ALL
    SELECT finding_id, 'reappeared', seen_at FROM sightings
    WHERE state = 'reappeared'
    UNION ALL
    -- Gone since its second negative: an earlier answer with the state `gone` means that it was gone before.
    SELECT answers.finding_id, 'gone', min(answers.seen_at)
    FROM sightings AS answers
    JOIN finding_states AS states ON states.finding_id = answers.finding_id AND states.state = 'gone'
    WHERE answers.state = 'gone' AND answers.seen_at >= states.gone_at
    GROUP BY answers.finding_id
) AS news
JOIN finding_status AS status ON status.finding_id = news.finding_id
WHERE news.moment >= wanted::TIMESTAMPTZ
ORDER BY list_position(['reappeared', 'new', 'gone'], news.what),
    list_position(['critical', 'high', 'medium', 'low'], status.severity), news.moment DESC, status.url, status.member;
COMMENT ON MACRO TABLE news_since IS 'news_since(''2026-03-01''): findings that are new, reappeared or gone since a day or a time, settled ones included.';
