-- How each document lies open, and which listed places are worth a look though nobody fetched them. Rows from before
-- know nothing of it: their new columns are empty.

ALTER TABLE documents ADD COLUMN found_as VARCHAR;
ALTER TABLE documents ADD COLUMN reached_by VARCHAR[];
ALTER TABLE documents ADD COLUMN transport VARCHAR;
ALTER TABLE documents ADD COLUMN tls VARCHAR;
ALTER TABLE documents ADD COLUMN listed VARCHAR;
ALTER TABLE documents ADD COLUMN is_listing VARCHAR;
ALTER TABLE documents ADD COLUMN auth_above VARCHAR;
ALTER TABLE documents ADD COLUMN robots_disallow VARCHAR;
ALTER TABLE documents ADD COLUMN indexable VARCHAR;
ALTER TABLE documents ADD COLUMN index_basis VARCHAR;
COMMENT ON COLUMN documents.found_as IS 'the address as it was found, where its spelling differs';
COMMENT ON COLUMN documents.reached_by IS 'the way that led to it: addresses from the unit''s start to what named it';
COMMENT ON COLUMN documents.transport IS 'http, https, ftp or ftps';
COMMENT ON COLUMN documents.tls IS 'of the connection: valid, expired, not_yet_valid, wrong_host, self_signed, untrusted, revoked; none (plain), failed (offered, came to nothing; plain), unknown';
COMMENT ON COLUMN documents.listed IS 'yes if a server''s listing named it, no if only a link did, or unknown';
COMMENT ON COLUMN documents.is_listing IS 'is it a listing itself: yes, no, unknown';
COMMENT ON COLUMN documents.auth_above IS 'is a login asked above it: yes, no; unknown where the answers of the folders tell (view exposure)';
COMMENT ON COLUMN documents.robots_disallow IS 'does robots.txt ask us to keep out of it: yes, no, unknown';
COMMENT ON COLUMN documents.indexable IS 'could a search engine hold its text: yes, no, unknown';
COMMENT ON COLUMN documents.index_basis IS 'what that rests on: nothing_forbids, robots_txt, x_robots_tag, meta_robots, some_engines (others are told to keep out), canonical (the page names another address as its own), page_not_read, ftp';

ALTER TABLE entries ADD COLUMN size_error BIGINT;
ALTER TABLE entries ADD COLUMN modified_source VARCHAR;
ALTER TABLE entries ADD COLUMN cue VARCHAR;
ALTER TABLE entries ADD COLUMN dictation STRUCT(
    format VARCHAR, author VARCHAR, recorder VARCHAR, comment VARCHAR, started VARCHAR, ended VARCHAR,
    seconds BIGINT, encrypted BOOLEAN
);
COMMENT ON COLUMN entries.size_error IS 'how far the true size may lie from size, bytes; 0 where it is exact';
COMMENT ON COLUMN entries.modified_source IS 'what modified was read from: text, attribute, json, xml, dav, mlsd, list';
COMMENT ON COLUMN entries.cue IS 'why it is worth a look: dictation_audio, transcript_of_audio, job_number, word_lock_file, batch_folder, dropping; empty where nothing says so';
COMMENT ON COLUMN entries.dictation IS 'what the first bytes of a dictation say. Author, recorder, comment, started, ended: keyed hashes, equal where the values are; never in clear. Seconds and encrypted as they are';
