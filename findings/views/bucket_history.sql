-- What each sweep says of each bucket, of all units that spoke of it: yes over no over unknown.
-- The one place where a bucket's state is derived; the first that fits:
--   listable      anyone may list it
--   readable      it is not listed, and an object of it was read all the same
--   absent        the service says that it is not there, and is believed
--   closed        shut to the public: by its owner, by the service, to who does not pay, or listing and reading refused
--   not_listable  it is there and is not listed; whether its objects can be read by whoever knows their keys is unknown
--   exists        it is there; nothing more was asked, or answered
--   unknown
CREATE OR REPLACE VIEW bucket_history AS
WITH told AS (
    SELECT sweep_id, bucket_id, arg_min(url, found_by <> 'scope') AS url, any_value(provider) AS provider, any_value(name) AS name, any_value(account) AS account,
        max(region) AS region, max(endpoint) AS endpoint,
        coalesce(max(nullif(exists, 'unknown')), 'unknown') AS exists,
        coalesce(max(nullif(account_exists, 'unknown')), 'unknown') AS account_exists,
        coalesce(max(nullif(listable, 'unknown')), 'unknown') AS listable,
        coalesce(max(nullif(readable, 'unknown')), 'unknown') AS readable,
        coalesce(max(nullif(known_key_readable, 'unknown')), 'unknown') AS known_key_readable,
        coalesce(max(nullif(acl_readable, 'unknown')), 'unknown') AS acl_readable,
        coalesce(max(nullif(versions_visible, 'unknown')), 'unknown') AS versions_visible,
        coalesce(max(nullif(requester_pays, 'unknown')), 'unknown') AS requester_pays,
        coalesce(max(nullif(public_access_blocked, 'unknown')), 'unknown') AS public_access_blocked,
        coalesce(max(nullif(disabled, 'unknown')), 'unknown') AS disabled,
        coalesce(max(nullif(website, 'unknown')), 'unknown') AS website, max(website_url) AS website_url,
        list_sort(list_distinct(flatten(list(rights)))) AS rights,
        max(account_id) AS account_id, max(owner_id) AS owner_id, max(tenant_id) AS tenant_id,
        CASE
            WHEN bool_or(found_by = 'scope') THEN 'scope' WHEN bool_or(found_by = 'harvest') THEN 'harvest' ELSE 'search'
        END AS found_by,
        max(score) AS score, arg_max(reasons, score) AS reasons,
        list_sort(list(DISTINCT unit_id)) AS unit_ids, max(seen_at) AS seen_at
    FROM buckets GROUP BY sweep_id, bucket_id
), judged AS (
    SELECT told.*, sweeps.started_at AS sweep_started_at,
        CASE
            WHEN listable = 'yes' THEN 'listable'
            WHEN 'yes' IN (readable, known_key_readable) THEN 'readable'
            WHEN exists = 'no' THEN 'absent'
            WHEN 'yes' IN (public_access_blocked, disabled, requester_pays) THEN 'closed'
            WHEN listable = 'no' AND readable = 'no' THEN 'closed'
            WHEN exists = 'yes' AND listable = 'no' THEN 'not_listable'
            WHEN exists = 'yes' THEN 'exists'
            ELSE 'unknown'
        END AS state
    FROM told JOIN sweeps ON sweeps.sweep_id = told.sweep_id
)
SELECT sweep_id, sweep_started_at, bucket_id, url, provider, name, account, state,
    last_value(nullif(state, 'unknown') IGNORE NULLS) OVER (
        PARTITION BY bucket_id ORDER BY sweep_started_at, sweep_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS state_before,
    * EXCLUDE (sweep_id, sweep_started_at, bucket_id, url, provider, name, account, state)
FROM judged;
COMMENT ON VIEW bucket_history IS 'What each sweep says of each bucket: one row per bucket and sweep, of all units that spoke of it.';
COMMENT ON COLUMN bucket_history.sweep_started_at IS 'when that sweep began';
COMMENT ON COLUMN bucket_history.state IS 'listable; readable (not listable, an object was read); absent; closed (shut to the public); not_listable (whether its objects can be read is unknown); exists (nothing more is known); unknown';
COMMENT ON COLUMN bucket_history.state_before IS 'the same after the sweep before that could tell; empty for none';
COMMENT ON COLUMN bucket_history.unit_ids IS 'the units that spoke of it';
COMMENT ON COLUMN bucket_history.seen_at IS 'when it was last spoken of in that sweep';
