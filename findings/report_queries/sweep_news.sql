-- The number after a finding counts how often it had gone and come back.
SELECT finding_id || ':' || news.news || ':' || coalesce(status.returns, 0) AS key,
    news.news AS event, finding_id, status.severity, status.incident_id
FROM sweep_news AS news
JOIN finding_status AS status USING (finding_id)
WHERE news.sweep_id = ? AND news.news IN ('new', 'reappeared') AND NOT status.settled AND status.state <> 'gone'
ORDER BY list_position(['critical', 'high', 'medium', 'low'], status.severity), finding_id;
