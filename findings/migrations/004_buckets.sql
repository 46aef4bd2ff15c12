-- What is learned of buckets themselves: their access, addresses of theirs that were met, and the search for their
-- names. Earlier versions of objects, and skips that are for many places.

CREATE TABLE buckets (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, bucket_id VARCHAR NOT NULL, url VARCHAR NOT NULL,
    provider VARCHAR NOT NULL, name VARCHAR NOT NULL, account VARCHAR NOT NULL,
    region VARCHAR NOT NULL, endpoint VARCHAR NOT NULL,
    exists VARCHAR NOT NULL, account_exists VARCHAR NOT NULL, listable VARCHAR NOT NULL, readable VARCHAR NOT NULL,
    known_key_readable VARCHAR NOT NULL, acl_readable VARCHAR NOT NULL, versions_visible VARCHAR NOT NULL,
    requester_pays VARCHAR NOT NULL, public_access_blocked VARCHAR NOT NULL, disabled VARCHAR NOT NULL,
    website VARCHAR NOT NULL, website_url VARCHAR NOT NULL, rights VARCHAR[] NOT NULL,
    account_id VARCHAR NOT NULL, owner_id VARCHAR NOT NULL, tenant_id VARCHAR NOT NULL,
    found_by VARCHAR NOT NULL, score INTEGER NOT NULL, reasons VARCHAR[] NOT NULL,
    evidence STRUCT(
        question VARCHAR, status INTEGER, code VARCHAR, request_id VARCHAR, asked_at TIMESTAMPTZ
    )[] NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE buckets IS 'What each sweep learned of a bucket''s access, as anyone has it: one row per bucket and unit, the unit''s last word. Three answers: yes, no, unknown.';
COMMENT ON COLUMN buckets.sweep_id IS 'the sweep';
COMMENT ON COLUMN buckets.unit_id IS 'the unit: of the bucket itself, or of the search for names';
COMMENT ON COLUMN buckets.bucket_id IS 'the same for all addresses of one bucket, whatever region they name';
COMMENT ON COLUMN buckets.url IS 'the bucket''s anonymous address, as it was asked';
COMMENT ON COLUMN buckets.provider IS 'id of the provider: s3, gcs, azure and so on';
COMMENT ON COLUMN buckets.name IS 'of the bucket or container';
COMMENT ON COLUMN buckets.account IS 'Azure''s storage account, else empty';
COMMENT ON COLUMN buckets.region IS 'where the service says that it is, else empty';
COMMENT ON COLUMN buckets.endpoint IS 'the service that answered for it, scheme and host';
COMMENT ON COLUMN buckets.exists IS 'is it there: yes, no, unknown. No only where the service said so and canaries vouch for it';
COMMENT ON COLUMN buckets.account_exists IS 'is Azure''s storage account there: yes, no, unknown; unknown elsewhere';
COMMENT ON COLUMN buckets.listable IS 'may anyone list it: yes, no, unknown';
COMMENT ON COLUMN buckets.readable IS 'was an object read: yes, unknown; no where listed objects were refused and none was read';
COMMENT ON COLUMN buckets.known_key_readable IS 'was an object that no listing showed read by its known key: yes, no, unknown';
COMMENT ON COLUMN buckets.acl_readable IS 'may anyone read who may do what: yes, no, unknown';
COMMENT ON COLUMN buckets.versions_visible IS 'may anyone list earlier versions, so deleted objects too: yes, no, unknown';
COMMENT ON COLUMN buckets.requester_pays IS 'does the service ask whoever reads to pay, and so refuse the anonymous: yes, no, unknown';
COMMENT ON COLUMN buckets.public_access_blocked IS 'has the owner shut the public out altogether: yes, no, unknown';
COMMENT ON COLUMN buckets.disabled IS 'has the service shut it: yes, no, unknown';
COMMENT ON COLUMN buckets.website IS 'is it set up to be served as a web site: yes, no, unknown';
COMMENT ON COLUMN buckets.website_url IS 'that site''s address, else empty';
COMMENT ON COLUMN buckets.rights IS 'what the service itself says anyone may do, in its own words';
COMMENT ON COLUMN buckets.account_id IS 'Amazon''s number of the owner''s account, else empty';
COMMENT ON COLUMN buckets.owner_id IS 'the owner''s id in an ACL or a listing, else empty';
COMMENT ON COLUMN buckets.tenant_id IS 'the tenant that Azure''s storage account trusts, else empty';
COMMENT ON COLUMN buckets.found_by IS 'how it came to be asked about: scope, harvest (its address was met) or search (its name was made)';
COMMENT ON COLUMN buckets.score IS 'is it ours? 0 (nothing says so) to 100 (an owner''s id that the scope names)';
COMMENT ON COLUMN buckets.reasons IS 'what the score rests on, the weightiest first';
COMMENT ON COLUMN buckets.evidence IS 'the answers behind it, the first of each kind: exists, list, read, read_known_key, acl, versions, permissions, region, website, account or dns was asked; status, the service''s error code and request id, and when';
COMMENT ON COLUMN buckets.seen_at IS 'when the unit said so';

CREATE TABLE bucket_leads (
    bucket_id VARCHAR NOT NULL, url VARCHAR NOT NULL, key VARCHAR NOT NULL, unit_id VARCHAR NOT NULL,
    provider VARCHAR NOT NULL, name VARCHAR NOT NULL, account VARCHAR NOT NULL,
    had_credential BOOLEAN NOT NULL, met_in VARCHAR NOT NULL, parent VARCHAR,
    first_seen TIMESTAMPTZ NOT NULL, last_seen TIMESTAMPTZ NOT NULL,
    first_sweep VARCHAR NOT NULL, last_sweep VARCHAR NOT NULL
);
COMMENT ON TABLE bucket_leads IS 'Addresses of buckets that were met in pages, scripts, headers and aliases of hosts: one row per bucket, object and unit, however often met.';
COMMENT ON COLUMN bucket_leads.bucket_id IS 'as in buckets';
COMMENT ON COLUMN bucket_leads.url IS 'the bucket''s anonymous address; no credential that stood in the one that was met';
COMMENT ON COLUMN bucket_leads.key IS 'the object that was named, else empty. It can name a patient; Stray shows it masked';
COMMENT ON COLUMN bucket_leads.unit_id IS 'the unit that met it';
COMMENT ON COLUMN bucket_leads.provider IS 'id of the provider';
COMMENT ON COLUMN bucket_leads.name IS 'of the bucket or container; empty where only an account was named';
COMMENT ON COLUMN bucket_leads.account IS 'Azure''s storage account, else empty';
COMMENT ON COLUMN bucket_leads.had_credential IS 'true if an address that was met carried a signature or token; it was thrown away';
COMMENT ON COLUMN bucket_leads.met_in IS 'what it was met in, when last met: html, script, style, json, text, sitemap, listing, csp (the header), link (the header), redirect, cname (a host''s alias), document';
COMMENT ON COLUMN bucket_leads.parent IS 'the page that it was met in, when last met';
COMMENT ON COLUMN bucket_leads.first_seen IS 'when it was first met';
COMMENT ON COLUMN bucket_leads.last_seen IS 'when it was last met';
COMMENT ON COLUMN bucket_leads.first_sweep IS 'the sweep of first_seen';
COMMENT ON COLUMN bucket_leads.last_sweep IS 'the sweep of last_seen';

CREATE TABLE name_searches (
    sweep_id VARCHAR NOT NULL, unit_id VARCHAR NOT NULL, provider VARCHAR NOT NULL,
    candidates BIGINT NOT NULL, existing BIGINT NOT NULL, absent BIGINT NOT NULL, unknown BIGINT NOT NULL,
    requests BIGINT NOT NULL, lies BIGINT NOT NULL, throttled BIGINT NOT NULL, seconds DOUBLE NOT NULL,
    told_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE name_searches IS 'How each sweep''s search for names of buckets went, one row per provider. Counts of names.';
COMMENT ON COLUMN name_searches.sweep_id IS 'the sweep';
COMMENT ON COLUMN name_searches.unit_id IS 'the unit';
COMMENT ON COLUMN name_searches.provider IS 'id of the provider';
COMMENT ON COLUMN name_searches.candidates IS 'names to be asked for';
COMMENT ON COLUMN name_searches.existing IS 'names that exist';
COMMENT ON COLUMN name_searches.absent IS 'names that do not, by answers between healthy canaries';
COMMENT ON COLUMN name_searches.unknown IS 'names without an answer that counts, those that were never asked for included';
COMMENT ON COLUMN name_searches.requests IS 'requests made, for canaries and repetitions too';
COMMENT ON COLUMN name_searches.lies IS 'times that a canary was answered wrongly';
COMMENT ON COLUMN name_searches.throttled IS 'answers that asked to slow down';
COMMENT ON COLUMN name_searches.seconds IS 'from the first request to the last answer';
COMMENT ON COLUMN name_searches.told_at IS 'when the unit said so last';

ALTER TABLE entries ADD COLUMN is_current BOOLEAN;
COMMENT ON COLUMN entries.is_current IS 'false: an earlier version, or one behind a deletion, that its own address still gives; empty where nobody looked';
ALTER TABLE documents ADD COLUMN is_current VARCHAR;
COMMENT ON COLUMN documents.is_current IS 'is it what the plain address gives: yes; no (an earlier version, or one behind a deletion); unknown';
ALTER TABLE skips ADD COLUMN places BIGINT DEFAULT 1;
COMMENT ON COLUMN skips.places IS 'how many places this row is for; their entries say skipped';
COMMENT ON COLUMN units.kind IS 'which source took it: site, open_directory, ftp, bucket, names';
