CREATE OR REPLACE MACRO folder_of(url) AS
    CASE WHEN contains(url, '?') THEN split_part(url, '?', 1) ELSE regexp_replace(url, '[^/]*$', '') END;
COMMENT ON MACRO folder_of IS 'The folder that a place lies in; of what a script hands out by its query, the script.';
