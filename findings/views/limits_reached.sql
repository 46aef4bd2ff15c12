CREATE OR REPLACE VIEW limits_reached AS
WITH cut AS (
    SELECT sweep_id, sweep_started_at, unit_id, start_url, host, supplier, requests, bytes, seconds,
        documents + unchanged AS seen, unnest(map_keys(limits)) AS limit_name,
        unnest(map_values(limits))::BIGINT AS places_left
    FROM reach WHERE len(map_keys(limits)) > 0
)
SELECT sweep_id, sweep_started_at, unit_id, start_url, host, supplier, limit_name, places_left,
    CASE limit_name
        WHEN 'requests' THEN requests + places_left
        -- By what the unit spent on each place that it saw.
        WHEN 'bytes' THEN (bytes * (1 + places_left / nullif(seen, 0)))::BIGINT
        WHEN 'seconds' THEN ceil(seconds * (1 + places_left / nullif(seen, 0)))::BIGINT
    END AS needed_at_least
FROM cut
ORDER BY sweep_started_at DESC, places_left DESC, start_url, limit_name;
COMMENT ON VIEW limits_reached IS 'Limits that cut units short: which, how much was left, and what it would have taken.';
COMMENT ON COLUMN limits_reached.limit_name IS 'requests, bytes, seconds or depth of the scope''s [limits]; or queue, near_duplicates, repeating_path, folder_in_itself, endless_listing: bounds against traps';
COMMENT ON COLUMN limits_reached.places_left IS 'places known and not asked for because of it';
COMMENT ON COLUMN limits_reached.needed_at_least IS 'what the limit would have to be for these places alone; by the unit''s own average for bytes and seconds; empty where that says nothing';
COMMENT ON COLUMN limits_reached.sweep_started_at IS 'when the sweep began';
