-- News whose telling failed, as far as it still holds.
WITH untold AS (SELECT key, string_split(key, ':') AS parts FROM (SELECT unnest(?::VARCHAR[]) AS key))
SELECT untold.key, parts[2] AS event, status.finding_id, status.severity, status.incident_id
FROM untold
JOIN finding_status AS status ON status.finding_id = parts[1]
WHERE NOT status.settled AND status.state <> 'gone'
    AND coalesce(status.returns, 0) = parts[3]::INTEGER
ORDER BY list_position(['critical', 'high', 'medium', 'low'], status.severity), status.finding_id;
