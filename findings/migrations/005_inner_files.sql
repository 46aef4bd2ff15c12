-- Files inside documents: a letter in a container is found at the file that holds it, and names that lie are kept.

ALTER TABLE documents ADD COLUMN misnamed STRUCT(member VARCHAR, ending VARCHAR, media_type VARCHAR)[];
COMMENT ON COLUMN documents.misnamed IS 'the file itself (member empty) and files inside it whose ending says another type than their bytes: a picture that is an archive; empty where nobody looked';
COMMENT ON COLUMN documents.member IS 'path inside the fetched file, empty for the whole: a file inside has a row of its own where it holds a letter, with its own size, digest and type';
COMMENT ON COLUMN documents.size IS 'bytes of the fetched file, or of the file inside';
COMMENT ON COLUMN documents.sha256 IS 'SHA-256 of the fetched file, or of the file inside, in hex';
