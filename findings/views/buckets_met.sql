CREATE OR REPLACE VIEW buckets_met AS
WITH met AS (
    SELECT bucket_id, arg_max(url, last_seen) AS url, any_value(provider) AS provider, any_value(name) AS name, any_value(account) AS account,
        count(DISTINCT nullif(key, '')) AS objects,
        count(*) FILTER (had_credential) AS with_credential,
        list_sort(list(DISTINCT met_in)) AS met_in, count(DISTINCT parent) AS pages, arg_max(parent, last_seen) AS parent,
        list_sort(list(DISTINCT unit_id)) AS unit_ids,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM bucket_leads GROUP BY bucket_id
)
SELECT met.*, states.state, states.score
FROM met LEFT JOIN bucket_states AS states ON states.bucket_id = met.bucket_id;
COMMENT ON VIEW buckets_met IS 'Buckets whose addresses stand in what was crawled, one row per bucket; with what is known of them, if they were asked.';
COMMENT ON COLUMN buckets_met.objects IS 'objects in it that were named';
COMMENT ON COLUMN buckets_met.with_credential IS 'addresses of it, one per object and unit, that carried a signature or token where they were met: a leak of its own';
COMMENT ON COLUMN buckets_met.met_in IS 'what it was met in';
COMMENT ON COLUMN buckets_met.pages IS 'pages that it was last met in, one per object and unit';
COMMENT ON COLUMN buckets_met.parent IS 'the latest of them; Stray shows it masked';
COMMENT ON COLUMN buckets_met.unit_ids IS 'the units that met it';
COMMENT ON COLUMN buckets_met.state IS 'what anyone can do there (view bucket_states); empty where it was never asked';
COMMENT ON COLUMN buckets_met.score IS 'is it ours? 0 to 100; empty where it was never asked';
